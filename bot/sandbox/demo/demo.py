"""The main job, played through: a person sends a photo with a command, the real bot answers."""

import asyncio
import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from PIL import Image, ImageOps

from bot.sandbox.demo.before_after import before_after
from bot.sandbox.demo.bot_process import Home, bot_at_work
from bot.sandbox.demo.conversation import draw_conversation
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.scene import paint_scene
from bot.sandbox.telegram.api import TelegramSandbox
from bot.sandbox.telegram.people import Chat, Event, Message

T = TypeVar("T")

_PATIENCE_SECONDS = 120.0
_BOX = 1280
"""Telegram's apps shrink a photo to this box; a larger picture is sent as a file."""


@dataclass
class Transcript:
    """Prints what happens in the chat as it happens."""

    started_at: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        """One event of the sandbox."""
        if event.kind == "action":
            return
        said = event.message.line if event.message else event.text
        verb = {"edited": "edits ", "deleted": "deletes ", "answered": "answers "}.get(event.kind, "")
        self.say(f"{event.who:<12} {verb}{said}")

    def say(self, text: str) -> None:
        """One line with its time."""
        first, *rest = text.splitlines() or [""]
        indent = "\n" + " " * 22
        print(f"{time.monotonic() - self.started_at:6.1f} s  {indent.join([first, *rest])}", flush=True)


async def demo(photo: Path | None, command: str, output: Path, seconds: float, language: str) -> int:
    """Play the main job once; 0 if the reply has the original's exact size."""
    if find_spec("python_multipart") is None:
        print("The demo needs more than the bot does: pip install --require-hashes -r requirements-demo.lock")
        return 1
    try:
        content = await asyncio.to_thread(lambda: _readable(photo) if photo else _scene())
    except OSError as error:
        print(f"{photo} cannot be read as a picture: {error.strerror or 'it is none that is known here'}")
        return 1
    name = photo.name if photo else "scene.jpg"
    with tempfile.TemporaryDirectory(prefix="nanobanana-demo-") as folder:
        try:
            return await _play(Path(folder), content, name, command, output, seconds, language)
        except (TimeoutError, RuntimeError) as error:
            print(f"\nThe demo did not get its picture: {error}\nThe bot's log ends with:")
            print("\n".join((Path(folder) / "bot.log").read_text().splitlines()[-15:]))
            return 1


async def _play(
    folder: Path, content: bytes, name: str, command: str, output: Path, seconds: float, language: str
) -> int:
    transcript = Transcript()
    telegram = TelegramSandbox()
    nanobanana = NanoBananaSandbox(task_seconds=seconds)
    telegram.listen(transcript.hear)
    async with telegram.serving() as telegram_url, nanobanana.running() as nanobanana_url:
        home = Home.of(folder, telegram_url, telegram.token, nanobanana_url, nanobanana.api_key)
        transcript.say("the sandbox is up; starting `python -m bot run` beside it")
        async with bot_at_work(home) as process:
            person = telegram.people.person("Ada", language_code=language)
            person.writes("/start")
            await _wait(person.private, process, lambda messages: [m for m in messages if m.by_bot])
            if _is_a_file(content):
                asked = person.sends_file(content, name, _mime_type(content), command)
            else:
                asked = person.sends_photo(content, command)
            reply = await _wait(person.private, process, lambda messages: _result(messages, asked))
        original, result = asked.content(), reply.content()
        conversation = draw_conversation(telegram.events, person.private.id)
    return _report(transcript, output, original, result, conversation)


async def _wait(
    chat: Chat, process: asyncio.subprocess.Process, predicate: Callable[[list[Message]], T | None]
) -> T:
    """What the chat comes to show; RuntimeError if the bot dies meanwhile."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return await chat.wait_for(predicate, timeout=1)
        except TimeoutError:
            if process.returncode is not None:
                raise RuntimeError(f"the bot's process ended with code {process.returncode}") from None
            if time.monotonic() > deadline:
                raise


def _result(messages: list[Message], asked: Message) -> Message | None:
    """The reply that carries a picture, once the status card is gone; a failure's card ends the wait too."""
    for message in messages:
        if message.by_bot and message.reply_to_message_id == asked.message_id:
            if message.file_id is not None and not _cards(messages, asked):
                return message
            if "Code:" in message.text:
                raise RuntimeError(message.text)
    return None


def _cards(messages: list[Message], asked: Message) -> list[Message]:
    return [
        message
        for message in messages
        if message.by_bot and message.reply_to_message_id == asked.message_id and message.file_id is None
    ]


def _report(
    transcript: Transcript, output: Path, original: bytes, result: bytes, conversation: Image.Image
) -> int:
    output.mkdir(parents=True, exist_ok=True)
    before, after = _open(original), _open(result)
    (output / f"original.{_ending(original)}").write_bytes(original)
    (output / f"result.{_ending(result)}").write_bytes(result)
    before_after(original, result).save(output / "before-after.png")
    conversation.save(output / "conversation.png")
    transcript.say(f"saved original, result, before-after and conversation to {output.resolve()}")
    same = before.size == after.size
    sizes = f"original {before.width}x{before.height}, result {after.width}x{after.height}"
    transcript.say(f"{sizes}: {'exactly the same size' if same else 'NOT the same size'}")
    return 0 if same else 1


def _readable(photo: Path) -> bytes:
    """Raises OSError, of which Pillow's error for what is no picture is one."""
    content = photo.read_bytes()
    with Image.open(io.BytesIO(content)) as image:
        image.verify()
    return content


def _scene() -> bytes:
    content = io.BytesIO()
    paint_scene().save(content, "JPEG", quality=92, subsampling=0)
    return content.getvalue()


def _open(content: bytes) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(io.BytesIO(content)))


def _is_a_file(content: bytes) -> bool:
    """Whether a person would send it as a file, to keep its size, its format or its transparency."""
    with Image.open(io.BytesIO(content)) as image:
        return max(image.size) > _BOX or image.format != "JPEG"


def _ending(content: bytes) -> str:
    with Image.open(io.BytesIO(content)) as image:
        return {"JPEG": "jpg"}.get(image.format or "", (image.format or "img").lower())


def _mime_type(content: bytes) -> str:
    with Image.open(io.BytesIO(content)) as image:
        return Image.MIME.get(image.format or "", "application/octet-stream")
