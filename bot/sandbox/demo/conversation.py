"""Draws a chat from the sandbox's event log, as a messenger would show it."""

import contextlib
import io
from collections.abc import Sequence

from PIL import Image, ImageOps

from bot.sandbox.demo import conversation_parts as parts
from bot.sandbox.demo.conversation_card import card
from bot.sandbox.demo.conversation_layout import SCALE, px
from bot.sandbox.demo.conversation_story import Card, Note, Part, Said, story
from bot.sandbox.pixels import on_checks, rounded
from bot.sandbox.telegram.messages import Event, Message

WIDTH, TALLEST = 900, 2000
_MARGIN, _GAP, _CORNER = 28, 14, 22
_PHOTO_HEIGHTS = (330, 260, 200)
_BUBBLE, _CARD = 604, 500

Block = tuple[Image.Image, str]
"""A drawn part and where it stands: `left`, `right` or `centre`."""


def draw_conversation(events: Sequence[Event], chat_id: int, *, bot_name: str = "NanoBanana") -> Image.Image:
    """The chat from its first event on, at most 2000 px high; the corners are transparent."""
    ours = [event for event in events if event.chat_id == chat_id]
    told = story(ours, chat_id)
    start = ours[0].at if ours else 0.0
    titles = (str(event.message.raw["chat"].get("title", "")) for event in ours if event.message)
    header = parts.header(px(WIDTH), next(filter(None, titles), bot_name), is_group=chat_id < 0)
    room = px(TALLEST - _MARGIN) - header.height
    blocks: list[Block] = []
    for photo_height in _PHOTO_HEIGHTS:
        blocks = [_block(part, start, photo_height, bot_name) for part in told]
        if _height(blocks) <= room:
            break
    return _reduced(_page(header, _latest(blocks, room)))


def _block(part: Part, start: float, photo_height: int, bot_name: str) -> Block:
    if isinstance(part, Note):
        return parts.note(part.text), "centre"
    if isinstance(part, Card):
        return card(part, start, _CARD), "left"
    look = parts.BOT if part.message.by_bot else parts.PERSON
    quote = _quote(part, bot_name)
    bubble = parts.Bubble(look, px(_BUBBLE), _time(part, start), quote, _picture(part.message, photo_height))
    return parts.said(bubble, part.message), "left" if part.message.by_bot else "right"


def _time(part: Said, start: float) -> str:
    return f"{'edited  ' if part.is_edited else ''}{part.at - start:.1f} s"


def _quote(part: Said, bot_name: str) -> str | None:
    """How a reply quotes the message that it answers."""
    target = part.reply_to
    if target is None:
        return None
    name = bot_name if target.by_bot else target.sender_name
    kind = "photo" if target.photo_size else "file" if target.file_id else ""
    return f"{name}: " + (", ".join(filter(None, (kind, target.text))) or "message")


def _picture(message: Message, tallest: int) -> Image.Image | None:
    """The message's picture in the size to be drawn, with its name and its real size on it."""
    if message.file_id is None:
        return None
    with contextlib.suppress(OSError, LookupError, Image.DecompressionBombError):
        with Image.open(io.BytesIO(message.content())) as opened:
            whole = on_checks(ImageOps.exif_transpose(opened))
        badge = f"{whole.width} × {whole.height}"  # noqa: RUF001 - a times sign is meant
        if message.document_name is not None:
            badge = f"{message.document_name} · {badge}"
        box = px(_BUBBLE) - 2 * px(parts.RIM), px(tallest)
        scale = min(box[0] / whole.width, box[1] / whole.height)
        size = max(px(40), round(whole.width * scale)), max(px(40), round(whole.height * scale))
        return parts.badged(ImageOps.fit(whole, size, Image.Resampling.LANCZOS), badge)
    return None


def _height(blocks: Sequence[Block]) -> int:
    return sum(block.height for block, _ in blocks) + px(_GAP) * (len(blocks) + 1)


def _latest(blocks: list[Block], room: int) -> list[Block]:
    """As many of the last parts as fit, below a note that says how many are left out."""
    kept = blocks
    for left_out in range(1, len(blocks)):
        if _height(kept) <= room:
            break
        kept = [(parts.note(f"… {left_out} earlier"), "centre"), *blocks[left_out:]]
    return kept


def _page(header: Image.Image, blocks: Sequence[Block]) -> Image.Image:
    height = header.height + max(_height(blocks), px(80)) + px(_MARGIN - _GAP)
    page = Image.new("RGB", (px(WIDTH), height + height % SCALE), parts.PAGE)
    page.paste(header)
    top = header.height + px(_GAP + 6)
    for block, side in blocks:
        free = page.width - block.width
        left = {"left": px(_MARGIN), "right": free - px(_MARGIN), "centre": free // 2}[side]
        page.paste(block, (left, top))
        top += block.height + px(_GAP)
    return page


def _reduced(page: Image.Image) -> Image.Image:
    """The page at its final size, with round corners."""
    page.putalpha(rounded(page.size, px(_CORNER)))
    return page.reduce(SCALE)
