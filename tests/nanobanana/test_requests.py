import json
import math
from dataclasses import replace

import pytest

from bot.core.errors import EditFailed, Reason
from bot.core.pictures import Size
from bot.core.provider import PublicUrl
from bot.core.shapes import Ratio, Shape
from bot.nanobanana import prices
from bot.nanobanana.requests import TAKES, Model, Operation, Resolution, create_call, nearest_ratio
from tests.nanobanana.samples import ORDER, SECRET


def test_the_basic_model_gets_the_vendors_spelling_of_its_fields() -> None:
    call = create_call(Operation(Model.NANO_BANANA, "1K"), ORDER)
    assert call.path == "/api/v1/nanobanana/generate"
    assert call.body == {
        "prompt": ORDER.prompt,
        "type": "IMAGETOIAMGE",
        "imageUrls": [f"https://bot.example.org/i/{SECRET}.jpg"],
        "image_size": "3:4",
        "numImages": 1,
        "callBackUrl": "https://bot.example.org/cb/9d3e",
    }


@pytest.mark.parametrize(
    ("model", "resolution", "slowness"),
    [
        (Model.NANO_BANANA, "1K", 1),
        (Model.NANO_BANANA, "4K", 1),  # it knows no resolution
        (Model.NANO_BANANA_2, "1K", 1),
        (Model.NANO_BANANA_2, "4K", 2),
        (Model.NANO_BANANA_PRO, "1K", 2),
    ],
)
def test_large_pictures_may_take_longer(model: Model, resolution: Resolution, slowness: int) -> None:
    assert Operation(model, resolution).slowness == slowness


def test_the_second_generation_gets_ratio_resolution_and_format() -> None:
    call = create_call(Operation(Model.NANO_BANANA_2, "2K"), ORDER)
    assert call.path == "/api/v1/nanobanana/generate-2"
    assert call.body == {
        "prompt": ORDER.prompt,
        "imageUrls": [f"https://bot.example.org/i/{SECRET}.jpg"],
        "aspectRatio": "3:4",
        "resolution": "2K",
        "outputFormat": "png",
        "callBackUrl": "https://bot.example.org/cb/9d3e",
    }


def test_the_pro_model_always_gets_a_resolution() -> None:
    call = create_call(Operation(Model.NANO_BANANA_PRO, "1K"), ORDER)
    assert call.path == "/api/v1/nanobanana/generate-pro"
    assert set(call.body) == {"prompt", "imageUrls", "aspectRatio", "resolution", "callBackUrl"}
    assert call.body["resolution"] == "1K"


@pytest.mark.parametrize(("resolution", "expected"), [("1K", "png"), ("2K", "png"), ("4K", "jpg")])
def test_only_the_largest_results_are_asked_for_with_loss(resolution: Resolution, expected: str) -> None:
    assert create_call(Operation(Model.NANO_BANANA_2, resolution), ORDER).body["outputFormat"] == expected


def test_no_endpoint_is_sent_auto_or_a_ratio_it_does_not_know() -> None:
    for model in Model:
        for width in (1, 300, 1000, 4000, 20_000):
            body = create_call(Operation(model, "1K"), ORDER).body
            assert json.dumps(body)
            assert nearest_ratio(model, Size(width, 1000)) in TAKES[model].ratios
        assert "auto" not in TAKES[model].ratios


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1000, 1000, "1:1"),
        (1280, 960, "4:3"),
        (960, 1280, "3:4"),
        (4000, 3000, "4:3"),
        (1920, 1080, "16:9"),
        (1080, 1920, "9:16"),
        (1080, 2400, "9:16"),
        (1080, 1350, "4:5"),
        (3000, 2000, "3:2"),
        (2560, 1080, "21:9"),
        (10_000, 500, "21:9"),
        (500, 10_000, "9:16"),
        (1, 1, "1:1"),
    ],
)
def test_a_photo_gets_the_closest_ratio(width: int, height: int, expected: str) -> None:
    assert nearest_ratio(Model.NANO_BANANA, Size(width, height)) == expected


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(8000, 1000, "8:1"), (1000, 8000, "1:8"), (4100, 1000, "4:1"), (1000, 3500, "1:4"), (1000, 1100, "1:1")],
)
def test_the_second_generation_knows_extreme_ratios(width: int, height: int, expected: str) -> None:
    assert nearest_ratio(Model.NANO_BANANA_2, Size(width, height)) == expected


def test_closeness_treats_too_wide_and_too_high_alike() -> None:
    """Halfway between 1:1 and what 5:4 is in pixels is their geometric mean, from both sides."""
    middle = math.sqrt(1152 / 896)
    assert nearest_ratio(Model.NANO_BANANA, Size(round(1e6 * (middle - 0.001)), 10**6)) == "1:1"
    assert nearest_ratio(Model.NANO_BANANA, Size(round(1e6 * (middle + 0.001)), 10**6)) == "5:4"
    assert nearest_ratio(Model.NANO_BANANA, Size(10**6, round(1e6 * (middle + 0.001)))) == "4:5"


def test_operations_differ_where_durations_do() -> None:
    assert str(Operation(Model.NANO_BANANA, "1K")) == str(Operation(Model.NANO_BANANA, "4K")) == "nano-banana"
    assert str(Operation(Model.NANO_BANANA_2, "4K")) == "nano-banana-2 4K"
    assert str(Operation(Model.NANO_BANANA_PRO, "2K")) == "nano-banana-pro 2K"


def test_all_photos_are_sent_in_their_order() -> None:
    photos = tuple(PublicUrl(f"https://bot.example.org/i/{number}.jpg") for number in range(3))
    for model in Model:
        body = create_call(Operation(model, "1K"), replace(ORDER, photos=photos)).body
        assert body["imageUrls"] == [photo.value for photo in photos]


def test_words_alone_are_text_to_image_in_the_spelling_of_each_model() -> None:
    words = replace(ORDER, photos=(), shape=Ratio(16, 9))
    bodies = {model: create_call(Operation(model, "1K"), words).body for model in Model}
    assert bodies[Model.NANO_BANANA] == {
        "prompt": ORDER.prompt,
        "type": "TEXTTOIAMGE",
        "image_size": "16:9",
        "numImages": 1,
        "callBackUrl": ORDER.callback_url,
    }
    assert bodies[Model.NANO_BANANA_2]["aspectRatio"] == "16:9"
    assert bodies[Model.NANO_BANANA_PRO]["resolution"] == "1K"
    assert not any("imageUrls" in body for body in bodies.values())


def test_a_short_description_is_not_sent_as_an_edit() -> None:
    body = create_call(Operation(Model.NANO_BANANA_PRO, "1K"), replace(ORDER, photos=(), prompt="ox")).body
    assert body["prompt"] == "A picture of: ox"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [(Ratio(16, 9), "16:9"), (Ratio(3, 1), "21:9"), (Size(3000, 2000), "3:2"), (Ratio(1, 2), "9:16")],
)
def test_a_shape_gets_the_closest_ratio(shape: Shape, expected: str) -> None:
    assert create_call(Operation(Model.NANO_BANANA, "1K"), replace(ORDER, shape=shape)).body[
        "image_size"
    ] == (expected)


@pytest.mark.parametrize(
    ("model", "most"), [(Model.NANO_BANANA, 3), (Model.NANO_BANANA_2, 14), (Model.NANO_BANANA_PRO, 8)]
)
def test_more_photos_than_a_model_takes_are_never_sent(model: Model, most: int) -> None:
    order = replace(ORDER, photos=ORDER.photos * most)
    assert create_call(Operation(model, "1K"), order).body["imageUrls"]
    with pytest.raises(EditFailed) as caught:
        create_call(Operation(model, "1K"), replace(ORDER, photos=ORDER.photos * (most + 1)))
    assert caught.value.reason is Reason.BAD_REQUEST


@pytest.mark.parametrize("prompt", ["ok", "画", "", "  ", "a ", "\N{ARTIST PALETTE}"])
def test_a_prompt_that_is_too_short_for_a_model_gets_words_before_it(prompt: str) -> None:
    call = create_call(Operation(Model.NANO_BANANA_PRO, "1K"), replace(ORDER, prompt=prompt))
    assert call.body["prompt"] == f"Edit this photo: {prompt}"


def test_a_prompt_that_a_model_takes_stays_as_it_is() -> None:
    for model, takes in TAKES.items():
        for length in (takes.shortest_prompt, takes.longest_prompt):
            call = create_call(Operation(model, "1K"), replace(ORDER, prompt="я" * length))
            assert call.body["prompt"] == "я" * length


@pytest.mark.parametrize("letter", ["я", "\N{ARTIST PALETTE}"])
def test_a_prompt_that_is_too_long_is_for_the_person_to_shorten(letter: str) -> None:
    for model, takes in TAKES.items():
        too_long = letter * (takes.longest_prompt // len(letter.encode("utf-16-le")) * 2 + 1)
        with pytest.raises(EditFailed) as caught:
            create_call(Operation(model, "1K"), replace(ORDER, prompt=too_long))
        assert (type(caught.value), caught.value.reason) == (EditFailed, Reason.PROMPT_TOO_LONG)


def test_every_operation_has_a_price_and_larger_pictures_cost_no_less() -> None:
    assert prices.price(str(Operation(Model.NANO_BANANA, "1K"))) == 4
    for model in Model:
        costs = [prices.price(str(Operation(model, resolution))) for resolution in ("1K", "2K", "4K")]
        assert 0 < costs[0] <= costs[1] <= costs[2]
    assert prices.price("somebody else's model") == 0


def test_what_somebody_has_found_out_stands_above_the_table() -> None:
    assert prices.price(str(Operation(Model.NANO_BANANA, "1K")), 5.5) == 5.5
    assert prices.price("somebody else's model", 5.5) == 5.5
