"""Which operation an edit takes, and that it never costs more than was reserved for it."""

import pytest

from bot.nanobanana.offer import Offer
from bot.nanobanana.requests import RESOLUTIONS, Model

TWO = Offer(Model.NANO_BANANA_2, None, "4K")


@pytest.mark.parametrize(
    ("width", "height", "resolution"),
    [
        (0, 0, "1K"),  # a new picture
        (512, 512, "1K"),
        (1280, 960, "1K"),
        (1280, 1280, "1K"),
        (1600, 1200, "2K"),
        (2560, 1920, "2K"),
        (2560, 2560, "2K"),
        (4032, 3024, "4K"),
        (8000, 6000, "4K"),
    ],
)
def test_the_smallest_resolution_that_covers_the_pixels(width: int, height: int, resolution: str) -> None:
    assert str(TWO.operation(width * height)) == f"nano-banana-2 {resolution}"


def test_no_more_than_the_owner_lets_it_be_unless_somebody_asks() -> None:
    offer = Offer(Model.NANO_BANANA_2, None, "2K")
    assert str(offer.operation(12_000_000)) == "nano-banana-2 2K"
    assert str(offer.operation(12_000_000, "4K")) == "nano-banana-2 4K"
    assert str(offer.dearest) == "nano-banana-2 2K"


@pytest.mark.parametrize("model", Model)
def test_what_is_not_known_yet_is_as_dear_as_it_can_become(model: Model) -> None:
    for most in RESOLUTIONS:
        offer = Offer(model, None, most)
        reserved = offer.operation(None)
        for pixels in (0, 1_000_000, 5_000_000, 50_000_000):
            taken = offer.operation(pixels, at_most=str(reserved))
            assert offer.prices[str(taken)] <= offer.prices[str(reserved)]


def test_a_photo_that_turns_out_larger_than_was_told_costs_what_was_reserved() -> None:
    assert str(TWO.operation(12_000_000, at_most="nano-banana-2 1K")) == "nano-banana-2 1K"


def test_an_operation_of_another_model_bounds_nothing() -> None:
    assert str(TWO.operation(12_000_000, at_most="nano-banana")) == "nano-banana-2 4K"


def test_a_resolution_that_the_owner_chose_is_everybodys() -> None:
    offer = Offer(Model.NANO_BANANA_PRO, "2K")
    assert {str(offer.operation(pixels, "4K")) for pixels in (None, 0, 50_000_000)} == {"nano-banana-pro 2K"}
    assert str(Offer(Model.NANO_BANANA, "4K").operation(None, "2K")) == "nano-banana"


def test_every_operation_has_its_price_and_its_photos() -> None:
    assert TWO.prices == {"nano-banana-2 1K": 8, "nano-banana-2 2K": 12, "nano-banana-2 4K": 18}
    assert Offer(Model.NANO_BANANA_2, None, "4K", 5.0).prices == dict.fromkeys(TWO.prices, 5.0)
    assert [TWO.photo_side(name) for name in TWO.prices] == [2048, 2048, 4096]
