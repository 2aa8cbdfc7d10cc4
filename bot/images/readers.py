"""Pillow's readers of the formats on the list, each with what is odd about it."""

from typing import Any

from pi_heif import options as heif_options
from pi_heif.as_plugin import HeifImageFile
from PIL import AvifImagePlugin, Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.core.pictures import ImageFormat
from bot.images.containers import webp
from bot.images.inflating import Stored


class _Jpeg(JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Not needed, and damaged EXIF would warn."""


class _Png(PngImageFile):
    def _open(self) -> None:
        """A transparent colour is given at the file's depth; Pillow compares it with eight bits."""
        super()._open()
        transparent = self.info.get("transparency")
        depth = self._depth()
        if isinstance(transparent, tuple) and depth == 16:
            self.info["transparency"] = tuple(value >> 8 for value in transparent)
        elif self.mode == "L" and isinstance(transparent, int) and depth < 8:
            self.info["transparency"] = min(255, transparent * 255 // ((1 << depth) - 1))

    def _depth(self) -> int:
        """Bits per channel; the header is always the first chunk."""
        assert self.fp is not None  # noqa: S101 - just opened
        at = self.fp.tell()
        self.fp.seek(24)
        depth = self.fp.read(1)[0]
        self.fp.seek(at)
        return depth

    def load_prepare(self) -> None:
        super().load_prepare()
        self._stored = Stored()

    def load_read(self, read_bytes: int) -> bytes:
        """Pillow calls this until it has all pixels; empty where the file ends before."""
        while not (block := self._stored.take()):
            packed = super().load_read(read_bytes)
            if not packed:
                return b""
            self._stored.put(packed)
        return block


class _WebP(WebPImageFile):
    """Pillow's reader holds all pixels four times at once, twice already when it has read the header."""

    def _open(self) -> None:
        assert self.fp is not None  # noqa: S101 - just opened
        header = self.fp.read(30)
        width, height = webp.size(header[12:]) or (0, 0)
        self._size = (width, height)
        self._mode = "RGBA" if webp.has_alpha(header) else "RGB"

    def load(self) -> Any:
        """Pillow calls this before each use of the pixels."""
        if self._im is None:
            assert self.fp is not None  # noqa: S101 - open until now
            self.fp.seek(0)
            super()._open()
            pixels, _, _ = self._get_next()
            self._decoder = None
            self.im = Image.frombytes(self.mode, self.size, pixels, "raw", self.rawmode).im
        return Image.Image.load(self)


READERS: dict[ImageFormat, type[ImageFile]] = {
    ImageFormat.JPEG: _Jpeg,
    ImageFormat.PNG: _Png,
    ImageFormat.WEBP: _WebP,
    ImageFormat.BMP: BmpImageFile,
    ImageFormat.TIFF: TiffImageFile,
    ImageFormat.GIF: GifImageFile,
    ImageFormat.HEIF: HeifImageFile,
    ImageFormat.AVIF: AvifImageFile,
}


def set_up_decoders() -> None:
    """Have this process's decoders stay in one thread, and leave thumbnails and the like alone.

    Each thread takes address space of its own. What else is in a HEIF is read in C, and needed by nobody.
    """
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    heif_options.DECODE_THREADS = 1
    heif_options.THUMBNAILS = heif_options.DEPTH_IMAGES = heif_options.AUX_IMAGES = False
