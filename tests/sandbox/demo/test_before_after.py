import io

from PIL import Image

from bot.sandbox.demo.before_after import before_after


def test_before_and_after_stand_side_by_side_upright() -> None:
    scene = Image.radial_gradient("L")
    lying = Image.Exif()
    lying[0x0112] = 6
    original, result = io.BytesIO(), io.BytesIO()
    scene.resize((120, 80)).save(original, "JPEG", exif=lying)
    scene.resize((80, 120)).save(result, "PNG")
    sheet = before_after(original.getvalue(), result.getvalue())
    assert sheet.mode == "RGB"
    assert sheet.height > 560
    assert abs(sheet.width - (2 * 560 * 80 / 120 + 100)) < 3
