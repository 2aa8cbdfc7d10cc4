import json
import math

import pytest

from bot.core.pictures import Size
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
    """Halfway between 1:1 and 5:4 is their geometric mean, from both sides."""
    middle = math.sqrt(1.25)
    assert nearest_ratio(Model.NANO_BANANA, Size(round(1e6 * (middle - 0.001)), 10**6)) == "1:1"
    assert nearest_ratio(Model.NANO_BANANA, Size(round(1e6 * (middle + 0.001)), 10**6)) == "5:4"
    assert nearest_ratio(Model.NANO_BANANA, Size(10**6, round(1e6 * (middle + 0.001)))) == "4:5"


def test_operations_differ_where_durations_do() -> None:
    assert str(Operation(Model.NANO_BANANA, "1K")) == str(Operation(Model.NANO_BANANA, "4K")) == "nano-banana"
    assert str(Operation(Model.NANO_BANANA_2, "4K")) == "nano-banana-2 4K"
    assert str(Operation(Model.NANO_BANANA_PRO, "2K")) == "nano-banana-pro 2K"
