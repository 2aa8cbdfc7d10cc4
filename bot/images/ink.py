"""CMYK without a profile: the profile of common offset print, as colour-managed viewers take it for.

Pillow's own conversion takes ink for light filters: cyan comes out as (0, 255, 255), a neon that no press
prints. The polynomial is the fit of US Web Coated (SWOP) v2 that the PDF viewer of Firefox uses. It is good
for all that is mixed and up to 60 of 255 off for full ink, which is therefore set right.
"""

import struct
from functools import cache
from itertools import product
from math import prod

_STEPS = 9
_D50 = (0.9642, 1.0, 0.8249)
_SRGB_TO_XYZ_D50 = (
    (0.4360747, 0.3850649, 0.1430804),
    (0.2225045, 0.7168786, 0.0606169),
    (0.0139322, 0.0971045, 0.7141733),
)
# For each of red, green and blue: the factors of cc, cm, cy, ck, c, mm, my, mk, m, yy, yk, y, kk, k.
_FIT = (
    (
        *(-4.3873, 54.4862, 18.8229, 212.2566, -285.2331),
        *(1.7150, -5.6097, -17.8739, -5.4970),
        *(-2.5217, -21.2489, 17.5119),
        *(-21.8612, -189.4818),
    ),
    (
        *(8.8410, 60.1180, 6.8714, 31.1591, -79.2971),
        *(-15.3104, 17.5753, 131.3525, -190.9453),
        *(4.4443, 9.8633, -24.8674),
        *(-20.7373, -187.8045),
    ),
    (
        *(0.8842, 8.0787, 30.8998, -0.2388, -14.1836),
        *(10.4959, 63.0238, 50.6070, -112.2388),
        *(0.0330, 115.6038, -193.5821),
        *(-22.3382, -180.1261),
    ),
)


_FULL_INK = {
    (1, 0, 0, 0): (0, 174, 239),
    (0, 1, 0, 0): (236, 0, 140),
    (0, 0, 1, 0): (255, 242, 0),
    (0, 0, 0, 1): (35, 31, 32),
    (0, 1, 1, 0): (237, 28, 36),
    (1, 0, 1, 0): (0, 166, 81),
    (1, 1, 0, 0): (46, 49, 146),
    (1, 1, 1, 0): (55, 52, 53),
}
"""What the profile itself makes of full ink, in sRGB."""
_REACH = 4
"""At half the ink a sixteenth of the correction is left."""

Ink = tuple[float, ...]


def rgb_of_ink(ink: Ink) -> Ink:
    """What coverage with cyan, magenta, yellow and black, 0 to 1 each, looks like in sRGB, 0 to 1 each."""
    seen = _fitted(ink)
    for full, meant in _FULL_INK.items():
        near = prod(v**_REACH if on else 1 - v**_REACH for v, on in zip(ink, full, strict=True))
        fit = _fitted(full)
        seen = tuple(s + near * (m / 255 - f) for s, m, f in zip(seen, meant, fit, strict=True))
    return tuple(min(1.0, max(0.0, value)) for value in seen)


@cache
def _fitted(ink: Ink) -> Ink:
    c, m, y, k = ink
    terms = (c * c, c * m, c * y, c * k, c, m * m, m * y, m * k, m, y * y, y * k, y, k * k, k)
    sums = (sum(factor * term for factor, term in zip(fit, terms, strict=True)) for fit in _FIT)
    return tuple(min(1.0, max(0.0, 1 + total / 255)) for total in sums)


@cache
def ink_profile() -> bytes:
    """An ICC profile, version 2, with a table from CMYK to Lab."""
    grid = [step / (_STEPS - 1) for step in range(_STEPS)]
    cells = b"".join(_lab_16(rgb_of_ink(ink)) for ink in product(grid, repeat=4))
    straight = struct.pack(">2H", 0, 65535)
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft2" + bytes(4) + bytes((4, 3, _STEPS, 0)) + matrix + struct.pack(">2H", 2, 2)
    return _profile({b"A2B0": table + straight * 4 + cells + straight * 3})


def _lab_16(rgb: Ink) -> bytes:
    """An sRGB colour as version 2 profiles write Lab in 16 bits."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
    x, y, z = (
        _cube_root(sum(a * b for a, b in zip(row, linear, strict=True)) / white)
        for row, white in zip(_SRGB_TO_XYZ_D50, _D50, strict=True)
    )
    lab = ((116 * y - 16) * 652.8, (500 * (x - y) + 128) * 256, (200 * (y - z) + 128) * 256)
    return struct.pack(">3H", *(min(65535, max(0, round(value))) for value in lab))


def _cube_root(value: float) -> float:
    return value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116


def _profile(tags: dict[bytes, bytes]) -> bytes:
    white = struct.pack(">3i", *(round(65536 * value) for value in _D50))
    tags = {b"wtpt": b"XYZ " + bytes(4) + white} | tags
    offset, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4xI4s4s4s12x4s", offset + len(body), 0x02100000, b"prtr", b"CMYK", b"Lab ", b"acsp")
    return head.ljust(68, b"\0") + white.ljust(60, b"\0") + table + body
