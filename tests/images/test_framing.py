"""A photo of a shape that the model does not paint: nothing of it is lost on the way there and back."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps

from bot.core.pictures import PREPARED_SIDE, ImageFormat, Size, nearest
from bot.core.shapes import Ratio, Shape
from bot.images import preparing
from bot.images.fitting import fit
from bot.images.framing import canvas_of, extended, framed_box, shape_for
from bot.images.preparing import MAX_PREPARED_BYTES, prepare
from bot.nanobanana.requests import Model, shapes_of
from tests.images.image_files import encoded, opened

SHAPES = list(shapes_of(Model.NANO_BANANA))
BLUE, RED = (20, 60, 200), (220, 30, 30)


def framed_photo(width: int, height: int, inside: int = 2, thick: int = 8) -> Image.Image:
    """A blue photo with a red frame a few pixels inside of its edge."""
    photo = Image.new("RGB", (width, height), BLUE)
    box = (inside, inside, width - 1 - inside, height - 1 - inside)
    ImageDraw.Draw(photo).rectangle(box, outline=RED, width=thick)
    return photo


def painted(jpeg: bytes, longest: int = 1344) -> bytes:
    """What a model gives back that changes nothing: the same picture, about one megapixel."""
    picture = Image.open(BytesIO(jpeg))
    scale = longest / max(picture.size)
    return encoded(picture.resize((round(picture.width * scale), round(picture.height * scale))), "PNG")


def there_and_back(photo: Image.Image) -> Image.Image:
    content = encoded(photo, "PNG")
    jpeg, size = prepare(content, lambda _: None, SHAPES)
    made = fit(painted(jpeg), content, lambda _: None, shapes=SHAPES)
    assert (made.size, size) == (Size(*photo.size), Size(*photo.size))
    assert made.cropped == 0
    return opened(made.content).convert("RGB")


def redness(picture: Image.Image, at: tuple[int, int]) -> int:
    red, _, blue = picture.getpixel(at)  # type: ignore[misc]
    return int(red) - int(blue)


@pytest.mark.parametrize(("width", "height", "thick"), [(1080, 2400, 8), (8000, 1900, 40), (90, 1270, 4)])
def test_a_frame_at_the_very_edge_comes_back_on_all_four_sides(width: int, height: int, thick: int) -> None:
    result = there_and_back(framed_photo(width, height, thick=thick))
    middle = 2 + thick // 2
    for at in (
        (middle, height // 2),
        (width - 1 - middle, height // 2),
        (width // 2, middle),
        (width // 2, height - 1 - middle),
    ):
        assert redness(result, at) > 60
    assert redness(result, (width // 2, height // 2)) < -100


def test_a_picture_comes_back_where_it_was() -> None:
    photo = framed_photo(1080, 2400, inside=300, thick=60)
    difference = ImageChops.difference(there_and_back(photo), photo).convert("L")
    far_off = sum(difference.histogram()[60:])
    assert far_off < 0.01 * photo.width * photo.height


def test_the_edges_are_drawn_out_and_the_photo_is_in_the_middle() -> None:
    photo = framed_photo(300, 1000, inside=0)
    shape = shape_for(Size(300, 1000), SHAPES)
    assert shape == nearest(0.3, SHAPES) == 768 / 1344
    wide = extended(photo, canvas_of(Size(300, 1000), shape))
    assert wide.size == (571, 1000)
    assert ImageChops.difference(wide.crop((135, 0, 435, 1000)), photo).getbbox() is None
    assert redness(wide, (5, 500)) > 50
    assert redness(wide, (565, 500)) > 50


@pytest.mark.parametrize("size", [Size(1280, 853), Size(1024, 1024), Size(1920, 1080), Size(750, 1334)])
def test_a_photo_near_a_shape_is_sent_as_it_is(size: Size) -> None:
    assert shape_for(size, SHAPES) is None
    assert shape_for(size, ()) is None


def test_what_is_sent_stays_within_the_limit_for_the_extended_photo() -> None:
    jpeg, size = prepare(encoded(framed_photo(8000, 1900), "JPEG"), lambda _: None, SHAPES)
    sent = opened(jpeg)
    assert max(sent.size) == PREPARED_SIDE
    assert sent.width / sent.height == pytest.approx(1536 / 672, rel=0.002)
    assert size == Size(8000, 1900)


@pytest.mark.parametrize(("width", "height"), [(1080, 2400), (301, 4300), (200, 3900)])
def test_it_is_not_one_pixel_longer_than_the_limit(width: int, height: int) -> None:
    jpeg, _ = prepare(encoded(framed_photo(width, height), "JPEG"), lambda _: None, SHAPES)
    assert max(opened(jpeg).size) == PREPARED_SIDE


def test_what_a_photo_is_extended_by_is_announced_too() -> None:
    announced = list[int]()
    prepare(encoded(framed_photo(100, 100), "PNG"), announced.append, SHAPES, wanted=Ratio(20, 1))
    assert announced == [2000 * 875]


def test_a_result_of_another_shape_than_asked_is_covered_as_before() -> None:
    photo = encoded(framed_photo(1080, 2400), "PNG")
    square = encoded(Image.new("RGB", (1024, 1024), RED), "PNG")
    made = fit(square, photo, lambda _: None, shapes=SHAPES)
    assert made.size == Size(1080, 2400)
    assert made.cropped > 0.5
    assert framed_box((1024, 1024), Size(1080, 2400), 768 / 1344) is None


@pytest.mark.parametrize("made", [(756, 1344), (768, 1365), (576, 1024)])
def test_a_result_that_was_cut_to_its_shape_keeps_the_photos_proportions(made: tuple[int, int]) -> None:
    canvas = canvas_of(Size(1080, 2400), 768 / 1344)
    photo = Image.new("RGB", (canvas.width, canvas.height), BLUE)
    left = (canvas.width - 1080) // 2
    ImageDraw.Draw(photo).ellipse((left + 340, 1000, left + 740, 1400), fill=RED)
    result = ImageOps.fit(photo, made)
    content = encoded(Image.new("RGB", (1080, 2400)), "PNG")
    shown = opened(fit(encoded(result, "PNG"), content, lambda _: None, shapes=SHAPES).content)
    box = shown.convert("RGB").getchannel("R").point(lambda red: 255 if red > 120 else 0).getbbox()
    assert box is not None
    assert box == pytest.approx((340, 1000, 740, 1400), abs=12)


@pytest.mark.parametrize(
    "wanted", [Ratio(16, 9), Ratio(9, 16), Ratio(3, 1), Size(1024, 1024), Size(3000, 2000)]
)
def test_another_shape_that_was_asked_for_has_the_whole_photo_in_its_middle(wanted: Shape) -> None:
    photo = framed_photo(1280, 960, thick=16)
    content = encoded(photo, "PNG")
    jpeg, size = prepare(content, lambda _: None, SHAPES, wanted=wanted)
    result = fit(painted(jpeg), content, lambda _: None, wanted=wanted, shapes=SHAPES)
    assert size == Size(1280, 960)
    assert result.cropped == 0
    shown, target = opened(result.content).convert("RGB"), result.size
    if isinstance(wanted, Size):
        assert target == wanted
    else:
        assert target.width * wanted.height == target.height * wanted.width
        assert target.pixels == pytest.approx(1280 * 960, rel=0.05)
    scale = min(target.width / 1280, target.height / 960)
    left, top = (target.width - 1280 * scale) / 2, (target.height - 960 * scale) / 2
    for x, y in ((10, 480), (1269, 480), (640, 10), (640, 949)):
        assert redness(shown, (round(left + x * scale), round(top + y * scale))) > 60
    assert redness(shown, (target.width // 2, target.height // 2)) < -100


def test_another_shape_is_only_cut_out_where_photos_are_not_extended() -> None:
    content = encoded(framed_photo(1280, 960), "PNG")
    jpeg, _ = prepare(content, lambda _: None, (), wanted=Ratio(16, 9))
    assert opened(jpeg).size == (1280, 960)
    made = fit(painted(jpeg), content, lambda _: None, wanted=Ratio(16, 9))
    assert made.size == Ratio(16, 9).of_area(1280 * 960)
    assert made.cropped == pytest.approx(0.25, abs=0.01)


def test_a_new_picture_is_cut_to_exactly_its_ratio_or_made_as_large_as_was_asked() -> None:
    made = encoded(Image.new("RGB", (1344, 768), RED), "PNG")
    wide = fit(made, None, lambda _: None, wanted=Ratio(16, 9), shapes=SHAPES)
    assert (wide.size, wide.format) == (Size(1344, 756), ImageFormat.JPEG)
    large = fit(made, None, lambda _: None, wanted=Size(3000, 2000), shapes=SHAPES)
    assert (large.size, opened(large.content).size) == (Size(3000, 2000), (3000, 2000))
    assert large.enlarged == pytest.approx(2000 / 768, rel=0.02)


def test_for_four_thousand_pixels_of_the_model_the_photo_is_as_large() -> None:
    content = encoded(framed_photo(5000, 3000), "JPEG")
    jpeg, _ = prepare(content, lambda _: None, (), longest=4096)
    assert opened(jpeg).size == (4096, 2458)
    assert len(jpeg) <= MAX_PREPARED_BYTES


def test_what_is_too_large_in_every_quality_is_sent_half_as_wide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preparing, "MAX_PREPARED_BYTES", 30_000)
    noise = Image.effect_noise((400, 400), 200)
    jpeg, _ = prepare(encoded(noise, "PNG"), lambda _: None, (), longest=4096)
    assert len(jpeg) <= 30_000
    assert opened(jpeg).size == (200, 200)


def test_it_is_told_how_much_a_result_was_enlarged() -> None:
    photo = encoded(framed_photo(1080, 2400), "PNG")
    jpeg, _ = prepare(photo, lambda _: None, SHAPES)
    made = fit(painted(jpeg), photo, lambda _: None, shapes=SHAPES)
    assert made.enlarged == pytest.approx(2400 / 1344, rel=0.01)
    same = fit(photo, photo, lambda _: None)
    assert same.enlarged == pytest.approx(1.0, rel=0.001)


def test_a_result_that_lies_on_its_side_is_cut_upright() -> None:
    photo = framed_photo(1080, 2400)
    content = encoded(photo, "PNG")
    jpeg, _ = prepare(content, lambda _: None, SHAPES)
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = opened(painted(jpeg)).convert("RGB").transpose(Image.Transpose.ROTATE_90)
    made = fit(encoded(lying, "JPEG", exif=exif, quality=95), content, lambda _: None, shapes=SHAPES)
    result = opened(made.content).convert("RGB")
    assert redness(result, (6, 1200)) > 60
    assert redness(result, (540, 2393)) > 60
