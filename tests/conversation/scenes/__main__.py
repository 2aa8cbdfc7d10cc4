"""`python -m tests.conversation.scenes [--write] [name …]`: print how scenes differ, or write them anew."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.conversation.scenes.script import batches, scenes
from tests.conversation.scenes.test_scenes import difference
from tests.conversation.scenes.theatre import performed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conversation.scenes")
    parser.add_argument("--write", action="store_true", help="write what the bot says into the files")
    parser.add_argument("names", nargs="*", help="scenes, by their file names; all by default")
    asked = parser.parse_args()
    chosen = [each for each in scenes() if each.name in asked.names or not (asked.names or each.not_yet)]
    differs = False
    for batch in batches(chosen):
        with tempfile.TemporaryDirectory() as data:
            transcripts = asyncio.run(performed(batch, Path(data)))
        for scene in batch:
            played = transcripts[scene.name]
            if found := difference(scene, played):
                differs = True
                sys.stdout.write(f"{found}\n")
            if asked.write:
                scene.path.write_text(played)
    return differs and not asked.write


if __name__ == "__main__":
    raise SystemExit(main())
