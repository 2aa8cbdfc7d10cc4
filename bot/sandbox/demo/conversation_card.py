"""A status card in the drawn chat: the texts that it had over time, as a timeline."""

from PIL import Image, ImageDraw

from bot.sandbox.demo.conversation_layout import ACCENT, font, pieces, px, text_block, wrapped
from bot.sandbox.demo.conversation_parts import BOT, INK, PADDING, PAGE, SMALL, TINY
from bot.sandbox.demo.conversation_story import Card
from bot.sandbox.pixels import Colour, mix

_RADIUS = 20


def card(told: Card, start: float, width: int) -> Image.Image:
    """The states of a status card as a timeline, dimmed, with the edges of older cards below it."""
    back, ink, edge = mix(PAGE, BOT.fill, 0.55), (164, 178, 194), mix(PAGE, BOT.fill, 1.0)
    rows = _card_rows(told, start, px(width), ink, back)
    height = sum(row.height for row in rows) + px(18)
    whole = Image.new("RGB", (px(width), height + px(12)), PAGE)
    draw = ImageDraw.Draw(whole)
    for inset, drop, share in ((20, 12, 0.45), (10, 6, 0.7), (0, 0, 1.0)):
        box = (px(inset), px(drop), px(width - inset) - 1, height + px(drop) - 1)
        draw.rounded_rectangle(box, px(_RADIUS), mix(PAGE, back, share), mix(PAGE, edge, share), px(1))
    top = px(10)
    for row in rows:
        whole.paste(row, (px(PADDING), top))
        top += row.height
    return whole


def _card_rows(told: Card, start: float, width: int, ink: Colour, back: Colour) -> list[Image.Image]:
    """A caption, the first line if all states share it, and a row for each state."""
    ways = ("edited in place" if told.is_edited else "", "deleted at the end" if told.is_gone else "")
    inner = width - 2 * px(PADDING)
    label = wrapped(pieces(", ".join(("status card", *filter(None, ways)))), TINY, inner)
    rows = [text_block(label, TINY, BOT.faint, back)]
    texts = [message.text for _, message in told.states]
    heads = {text.partition("\n")[0] for text in texts}
    if len(heads) == 1 and all("\n" in text for text in texts):
        head = pieces(heads.pop(), [{"type": "bold", "offset": 0, "length": 200}])
        rows.append(text_block(wrapped(head, SMALL + 1, inner, 1), SMALL + 1, mix(ink, INK, 0.5), back))
        texts = [text.partition("\n")[2] for text in texts]
    last = len(texts) - 1
    for index, ((at, _), text) in enumerate(zip(told.states, texts, strict=True)):
        rows.append(_state(text, f"{at - start:.1f} s", inner, ink, back, (index > 0, index < last)))
    return rows


def _state(
    text: str, time: str, width: int, ink: Colour, back: Colour, joined: tuple[bool, bool]
) -> Image.Image:
    """One state with a dot; `joined` says whether the timeline goes on above and below it."""
    lines = wrapped(pieces(" · ".join(text.splitlines())), SMALL, width - px(100), 2)
    words = text_block(lines, SMALL, ink, back)
    row = Image.new("RGB", (width, words.height + px(6)), back)
    row.paste(words, (px(22), px(3)))
    draw, middle = ImageDraw.Draw(row), px(3 + SMALL * 0.71)
    rail = mix(back, ink, 0.3)
    for wanted, ends in zip(joined, ((0, middle), (middle, row.height)), strict=True):
        if wanted:
            draw.line((px(6), ends[0], px(6), ends[1]), rail, px(1.5))
    draw.circle((px(6), middle), px(4), ink if joined[1] else ACCENT)
    draw.text((width, middle + px(TINY * 0.36)), time, BOT.faint, font(TINY), anchor="rs")
    return row
