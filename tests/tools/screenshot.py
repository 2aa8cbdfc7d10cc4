"""`python -m tests.tools.screenshot`: plays a scene and writes docs/play.jpg, the README's first picture."""

import asyncio
import io
from pathlib import Path

from PIL import Image

from tests.browser.desk import Desk, desk

PICTURE = Path(__file__).parents[2] / "docs" / "play.jpg"
_SIZE = (1240, 960)
_SECONDS = 2.5


async def _take() -> bytes:
    async with desk(_SIZE, seconds=_SECONDS) as at:
        await _play(at)
        await at.page.mouse.move(0, 0)
        await asyncio.sleep(1)  # the last pictures are decoded, the last mark has faded
        return await at.page.screenshot()


async def _play(at: Desk) -> None:
    await at.page.get_by_role("button", name="Attach").click()
    await at.page.get_by_role("menuitem", name="Sunset").click()
    await at.page.locator(".piece").wait_for()
    await at.writes("/watercolor")
    await at.photos_of_the_bot.first.wait_for()


def main() -> None:
    taken = Image.open(io.BytesIO(asyncio.run(_take()))).convert("RGB")
    taken.save(PICTURE, quality=88, subsampling=0, optimize=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
