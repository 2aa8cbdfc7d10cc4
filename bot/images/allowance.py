"""How much of the machine one picture may take."""

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """Processor time and memory for a picture: some for any, more for one with many pixels.

    Beyond that the picture is refused.
    """

    base_seconds: int = 5
    seconds_for_ten_megapixels: int = 5
    base_bytes: int = 250_000_000
    bytes_per_pixel: int = 12
    most_bytes: int = 1_200_000_000

    def seconds(self, pixels: int) -> float:
        return self.base_seconds + self.seconds_for_ten_megapixels * pixels / 10_000_000

    def bytes(self, pixels: int) -> int:
        return min(self.base_bytes + self.bytes_per_pixel * pixels, self.most_bytes)

    def words(self) -> list[str]:
        """As arguments on a command line."""
        return [str(value) for value in astuple(self)]


DEFAULT_ALLOWANCE = Allowance()
