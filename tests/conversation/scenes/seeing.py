"""What is seen of the bot after each line of a scene, in lines of its own."""

import re

from bot.sandbox.telegram.people import Message

_EXCERPT, _ROWS = 30, 4
_CHANGING = (
    (re.compile(r"(?<=Code: )\S+"), "……"),
    (re.compile(r"-?\d{9,}"), "…"),
    (re.compile(r"\b\d+ s\b"), "… s"),
    (re.compile(r"\b\d{1,2}:\d\d\b"), "hh:mm"),
    (re.compile(r"(?m)^([▰▱]+|On it\.).*"), "▰▰▱▱ how far it is"),
)
"""What is another every time."""


def steady(text: str) -> str:
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text


def first_line(message: Message) -> str:
    return steady(message.text.partition("\n")[0])


def excerpt(message: Message) -> str:
    """A message by the beginning of its text."""
    text = first_line(message)
    if len(text) <= _EXCERPT:
        return f'"{text}"'
    return f'"{text[:_EXCERPT].rpartition(" ")[0] or text[:_EXCERPT]}…"'


def shown(message: Message, head: str) -> list[str]:
    """A message under `head`, such as `Bot → beach.jpg`: text, then what can be tapped."""
    media = {"text": ""}.get(message.kind, f"({message.kind}) ")
    if message.photo_size:
        media = "(photo {}×{}) ".format(*message.photo_size)
    elif message.document_name:
        media = f"(file {message.document_name}) "
    if "media_group_id" in message.raw:
        media = media.replace("(", "(in an album: ")
    text = [line for line in steady(message.text).splitlines() if line] or [""]
    lines = [f"{head}: {media}{text[0]}".rstrip(), *(f"    {line}" for line in text[1:])]
    rows = message.buttons
    lines += [
        "    " + " ".join(f"[{b.label}]" + (f"({b.url})" if b.url else "") for b in row)
        for row in (rows if len(rows) <= _ROWS else rows[:1])
    ]
    if len(rows) > _ROWS:
        lines[-1] += f" and {sum(map(len, rows[1:]))} more"
    if message.asks_for_reply:
        lines.append(f"    (reply: {message.markup.get('input_field_placeholder', '')})")
    return lines
