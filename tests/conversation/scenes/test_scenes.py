"""Every scene reads as it is written down."""

import difflib
from pathlib import Path

import pytest

from tests.conversation.scenes.script import Scene, batches, scenes
from tests.conversation.scenes.theatre import performed

_ALL = scenes()
_PLAYED = list(batches([scene for scene in _ALL if scene.not_yet is None]))


@pytest.mark.parametrize("batch", _PLAYED, ids=lambda batch: ", ".join(batch[0].breaks) or batch[0].name)
async def test_the_bot_says_what_the_scene_says(batch: list[Scene], tmp_path: Path) -> None:
    transcripts = await performed(batch, tmp_path)
    differences = [difference(scene, transcripts[scene.name]) for scene in batch]
    assert not any(differences), "\n".join(filter(None, differences))


@pytest.mark.parametrize("scene", [each for each in _ALL if each.not_yet is not None], ids=lambda s: s.name)
def test_the_bot_does_not_do_this_yet(scene: Scene) -> None:
    pytest.skip(str(scene.not_yet))


def difference(scene: Scene, played: str) -> str:
    """What stands in the file (-) and what came (+); empty if they are the same."""
    lines = difflib.unified_diff(
        scene.text.splitlines(), played.splitlines(), scene.path.name, "played", lineterm="", n=2
    )
    return "\n".join(lines)


def test_everything_in_the_scenes_can_be_played() -> None:
    assert [scene.name for scene in _ALL if "\n!! " in scene.text] == []
