"""Plays the main job: a person sends a photo with a command, the real bot answers."""

import asyncio
import contextlib
import io
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from PIL import Image, ImageOps

from bot.sandbox.demo.before_after import before_after
from bot.sandbox.demo.bot_process import Home, bot_at_work
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.pixels import open_heif
from bot.sandbox.play.transcript import transcript
from bot.sandbox.scene import paint_scene
from bot.sandbox.telegram.api import TelegramSandbox
from bot.sandbox.telegram.people import Chat, Event, Message, Person

T = TypeVar("T")
_NO_PICTURE = "is not a picture (JPEG, PNG, WebP, HEIC …)"

_PATIENCE_SECONDS = 120.0
_FINAL_SECONDS = 3.0
"""Words that stay so long, and that nothing goes on behind, are the bot's last."""
_CANCEL = "c:"
"""The data of the button that is under the card of an edit while it can be stopped."""
_SUBTITLE = "Played by the demo. The image service was an imitation: ordinary filters."
_BOX = 1280
"""Telegram's apps shrink a photo to this box; a larger picture is sent as a file."""
_VERBS = {"edited": "edits ", "deleted": "deletes ", "answered": "answers "}


class Printed:
    """Prints what happens in the chat as it happens."""

    def __init__(self) -> None:
        self._started_at = time.monotonic()

    def hear(self, event: Event) -> None:
        """One event of the sandbox."""
        if event.kind != "action":
            said = event.message.line if event.message else event.text
            self.say(f"{event.who:<12} {_VERBS.get(event.kind, '')}{said}")

    def say(self, text: str) -> None:
        """One line with its time."""
        indented = text.replace("\n", "\n" + " " * 22)
        print(f"{time.monotonic() - self._started_at:6.1f} s  {indented}", flush=True)


async def demo(photo: Path | None, command: str, output: Path, seconds: float, language: str) -> int:
    """Play the main job once; 0 if the reply has the original's exact size."""
    if find_spec("python_multipart") is None:
        print("The demo needs more than the bot does: pip install --require-hashes -r requirements-demo.lock")
        return 1
    open_heif()
    try:
        content = await asyncio.to_thread(lambda: photo.read_bytes() if photo else _scene())
        _opened(content).verify()
    except (OSError, SyntaxError) as error:  # raised by Pillow, too, if it is no picture
        problem = error.strerror if isinstance(error, OSError) else None
        print(f"{photo} cannot be read: {problem}" if problem else f"{photo} {_NO_PICTURE}")
        return 1
    _clear(output)
    with tempfile.TemporaryDirectory(prefix="nanobanana-demo-") as folder:
        telegram, nanobanana = TelegramSandbox(), NanoBananaSandbox(task_seconds=seconds)
        person = telegram.people.person("Ada", language_code=language)
        printed = Printed()
        telegram.listen(printed.hear)
        async with telegram.serving() as telegram_url, nanobanana.running() as nanobanana_url:
            home = Home.of(Path(folder), telegram_url, telegram.token, nanobanana_url, nanobanana.api_key)
            printed.say("the sandbox is up; starting `python -m bot run` beside it")
            async with bot_at_work(home) as process:
                played = await _play(person, process, content, photo, command)
        if isinstance(played, str):
            print(f"\n{played}")
            return 1
        if played is None:
            print("\nThe demo did not get its picture. The bot's log ends with:")
            print("\n".join((Path(folder) / "bot.log").read_text().splitlines()[-15:]))
            return 1
    asked, reply = played
    conversation = transcript(
        telegram.events, person.private.id, person.id, telegram.world.files.read, subtitle=_SUBTITLE
    )
    return _report(printed, output, asked.content(), reply.content(), conversation)


def _clear(output: Path) -> None:
    """What an earlier demo left is not to be taken for this one's."""
    endings = {ending.removeprefix(".") for ending in Image.registered_extensions()}
    drawn = {output / "conversation.html", output / "before-after.png"}
    for path in output.glob("*.*"):
        if path in drawn or (path.stem in ("original", "result") and path.suffix[1:].lower() in endings):
            path.unlink()


async def _play(
    person: Person, process: asyncio.subprocess.Process, content: bytes, photo: Path | None, command: str
) -> tuple[Message, Message] | str | None:
    """What the person asked and the reply with a picture; or what the bot answered in words; or None."""
    person.writes("/start")
    if await _wait(person.private, process, lambda messages: [m for m in messages if m.by_bot]) is None:
        return None
    image = _opened(content)
    if max(image.size) > _BOX or image.format != "JPEG":
        # Sent as a file it keeps its size, its format and its transparency.
        kind = Image.MIME.get(image.format or "", "application/octet-stream")
        asked = person.sends_file(content, photo.name if photo else "scene.jpg", kind, command)
    else:
        asked = person.sends_photo(content, command)
    said = ""
    while True:
        answer = await _wait(person.private, process, lambda messages: _answer(messages, asked))
        if answer is None or answer.file_id is not None:
            return None if answer is None else (asked, answer)
        if answer.text == said:
            return f"The bot answered: {said}"
        said = answer.text
        await asyncio.sleep(_FINAL_SECONDS)


async def _wait(
    chat: Chat, process: asyncio.subprocess.Process, predicate: Callable[[list[Message]], T | None]
) -> T | None:
    """Something in the chat; None if it does not come, or the bot's process ends first."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while process.returncode is None and time.monotonic() < deadline:
        with contextlib.suppress(TimeoutError):
            return await chat.wait_for(predicate, timeout=1)
    return None


def _answer(messages: list[Message], asked: Message) -> Message | None:
    """What the bot replied, once no card says that it is still at work: a picture, or words alone."""
    replies = [m for m in messages if m.by_bot and m.reply_to_message_id == asked.message_id]
    cards = [m for m in replies if m.file_id is None]
    if any((each.data or "").startswith(_CANCEL) for m in cards for row in m.buttons for each in row):
        return None
    return next(iter(cards or replies), None)


def _report(printed: Printed, output: Path, original: bytes, result: bytes, conversation: str) -> int:
    output.mkdir(parents=True, exist_ok=True)
    (output / "conversation.html").write_text(conversation, encoding="utf-8")
    for name, content in (("original", original), ("result", result)):
        kind = (_opened(content).format or "img").lower()
        (output / f"{name}.{kind.replace('jpeg', 'jpg')}").write_bytes(content)
    before_after(original, result).save(output / "before-after.png")
    printed.say(f"saved original, result, before-after and conversation to {output.resolve()}")
    before, after = (ImageOps.exif_transpose(_opened(each)) for each in (original, result))
    same = before.size == after.size
    sizes = f"original {before.width}x{before.height}, result {after.width}x{after.height}"
    printed.say(f"{sizes}: {'exactly the same size' if same else 'NOT the same size'}")
    return 0 if same else 1


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def _scene() -> bytes:
    content = io.BytesIO()
    paint_scene().save(content, "JPEG", quality=92, subsampling=0)
    return content.getvalue()
