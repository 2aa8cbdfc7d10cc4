"""Shapes and new pictures, end to end over real connections."""

import asyncio
from pathlib import Path

from tests.harness.pictures import picture, size_of
from tests.harness.world import prompts, quick_bot

SIZES = {
    "/edit 16:9 make it blue": (1472, 828),
    "4:5 make it blue": (988, 1235),
    "/sketch 1024x1024": (1024, 1024),
    "/edit 9600x600 make it blue": (9600, 600),
}


async def test_a_photo_comes_back_in_exactly_the_shape_that_was_asked_for(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        asked = [world.ada.sends_photo(picture(1280, 953), caption) for caption in SIZES]
        results = await asyncio.gather(*(world.result(world.ada.private, each) for each in asked))
        assert [size_of(result.content()) for result in results] == list(SIZES.values())
        assert [result.kind for result in results] == ["photo", "photo", "photo", "document"]
        said = " ".join(prompts(world))
        assert not any(shape in said for shape in ("16:9", "4:5", "1024", "9600"))


async def test_words_alone_become_a_new_picture_which_can_be_changed(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        asked = world.ada.writes("/imagine 16:9 a lighthouse in a storm")
        result = await world.result(world.ada.private, asked)
        width, height = size_of(result.content())
        assert width * 9 == height * 16
        world.ada.writes("make it night", reply_to=result)
        assert size_of((await world.result(world.ada.private, result)).content()) == (width, height)
        first, second = ((create.body or {}) for create in world.nanobanana.creates)
        assert (first["type"], first["prompt"]) == ("TEXTTOIAMGE", "a lighthouse in a storm")
        assert "imageUrls" not in first
        assert second["type"] == "IMAGETOIAMGE"
