"""What Telegram makes of formatted text: the HTML parse mode, its refusals, commands in plain text.

Python's own `html.parser` is no help here: it forgives, as browsers do, and what it forgives differs from
release to release. Telegram refuses.
"""

import re
from dataclasses import dataclass, field

from bot.sandbox.telegram.values import Json, Refused, bad_request, utf16_length, utf16_slice

Formatted = tuple[str, list[Json]]

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler",
    "tg-spoiler": "spoiler", "tg-emoji": "custom_emoji", "a": "text_link", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-time": "date_time",
}  # fmt: skip
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?"
_TOKEN = re.compile(r"""<(/?)((?:[^>"']|"[^"]*"|'[^']*')*)>|""" + _REFERENCE + r"|[^<&]+|&|<")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)\s*(=?)\s*("[^"]*"|'[^']*'|[^\s"'>]*)""")
_COMMAND = re.compile(r"(?<![\w/<>@])/([a-zA-Z0-9_]{1,32})(?:@([a-zA-Z0-9_]{3,32}))?(?![\w/<>@])")
_USER_LINK = re.compile(r"tg://user\?id=(\d+)$")
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*:(?://)?)?[^\s/]+\.[^\s]+|tg:", re.IGNORECASE)
_UNIX_TIME = re.compile(r"\d{1,10}")
_VERBATIM = ("code", "pre", "text_link")


@dataclass
class _Parser:
    """One pass over the tokens with a stack of open tags: each a name, where it starts, its entity."""

    source: str
    text: str = ""
    stack: list[tuple[str, int, Json]] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def parse(self) -> Formatted:
        for token in _TOKEN.finditer(self.source):
            closing, tag, *reference = token.groups()
            if tag is not None and closing:
                self._close(tag.strip().lower(), token.start())
            elif tag is not None:
                self._open(tag, token.start())
            elif token[0] == "<":
                kind = "end" if self.source.startswith("</", token.start()) else "start"
                raise self._error(f"Unclosed {kind} tag", token.start())
            else:
                self.text += _character(token[0], *reference) if any(reference) else token[0]
        if self.stack:
            raise _unparsable(f'Can\'t find end tag corresponding to start tag "{self.stack[-1][0]}"')
        return self.text, sorted(self.entities, key=_outermost_first)

    def _open(self, tag: str, begin: int) -> None:
        name = re.split(r"[\s/]", tag, maxsplit=1)[0].lower()
        if name not in _TAGS:
            raise self._error(f'Unsupported start tag "{name}"', begin)
        attributes = self._attributes(name, tag[len(name) :], begin)
        entity: Json = {"type": _TAGS[name]}
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        if name == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        if name == "a":
            entity["url"] = attributes.get("href", "")
        if name == "tg-emoji":
            if not attributes.get("emoji-id", "").isdigit():
                raise _unparsable("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = attributes["emoji-id"]
        if name == "tg-time":
            if not _UNIX_TIME.fullmatch(attributes.get("unix", "")):
                raise _unparsable("Invalid date-time unix time specified")
            entity["unix_time"] = int(attributes["unix"])
            if attributes.get("format"):
                entity["date_time_format"] = attributes["format"]
        if name == "code" and attributes.get("class", "").startswith("language-"):
            entity["language"] = attributes["class"].removeprefix("language-")
        self.stack.append((name, utf16_length(self.text), entity))

    def _attributes(self, tag: str, source: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        rest = source.strip().rstrip("/")
        while rest:
            found = _ATTRIBUTE.match(rest)
            if found is None:
                raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
            name, equals, value = found.groups()
            if not equals and name.lower() != "expandable":
                problem = f'Expected equal sign in declaration of an attribute of the tag "{tag}"'
                raise self._error(problem, begin)
            plain = value[1:-1] if value[:1] in {'"', "'"} else value
            attributes[name.lower()] = re.sub(_REFERENCE, _referred, plain) if equals else ""
            rest = rest[found.end(3 if equals else 1) :].strip()
        return attributes

    def _close(self, name: str, begin: int) -> None:
        if not self.stack:
            raise self._error("Unexpected end tag", begin)
        tag, start, entity = self.stack.pop()
        if name and name != tag:
            raise self._error("Unmatched end tag", begin, f', expected "</{tag}>", found "</{name}>"')
        length = utf16_length(self.text) - start
        entity |= {"offset": start, "length": length}
        if not length or (tag == "a" and not _linked(entity, self.text)):
            return
        language = entity.pop("language", None) if tag == "code" else None
        if language and self.stack and self.stack[-1][:2] == ("pre", start):
            self.stack[-1][2]["language"] = language
            return
        if tag in {"code", "pre"}:
            self.entities = [each for each in self.entities if each["offset"] < start]
        if not any(outer in {"code", "pre"} for outer, _, _ in self.stack):
            self.entities.append(entity)

    def _error(self, problem: str, begin: int, more: str = "") -> Refused:
        return _unparsable(f"{problem} at byte offset {len(self.source[:begin].encode())}{more}")


def _unparsable(problem: str) -> Refused:
    return bad_request(f"can't parse entities: {problem}")


def _outermost_first(entity: Json) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


def _referred(found: re.Match[str]) -> str:
    return _character(*found.group(0, 1, 2, 3))


def _character(written: str, decimal: str | None, hexadecimal: str | None, name: str | None) -> str:
    """The character that `&#65;`, `&#x41;` or `&amp;` stands for; others stay as they are written."""
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal or "", 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else written


def _linked(entity: Json, text: str) -> bool:
    """A link without an address stays plain text; a link to a user is a mention."""
    url = entity["url"] = entity["url"] or utf16_slice(text, entity)
    if person := _USER_LINK.match(url):
        del entity["url"]
        entity |= {"type": "text_mention", "user": {"id": int(person[1]), "is_bot": False, "first_name": ""}}
    return bool(person or _LINK.match(url))


def parse_html(source: str) -> Formatted:
    """The text without its tags and the entities, offsets in UTF-16 code units."""
    return _Parser(source).parse()


def trimmed(formatted: Formatted) -> Formatted:
    """Telegram cuts white space at both ends of a message; entities move and shrink with it."""
    text, entities = formatted
    front = utf16_length(text) - utf16_length(text.lstrip())
    stripped = text.strip()
    limit = utf16_length(stripped)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - front, 0)
        end = min(entity["offset"] + entity["length"] - front, limit)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return stripped, kept


def command_entities(text: str) -> list[Json]:
    """The `bot_command` entities of a plain text."""
    return [
        {"type": "bot_command", "offset": utf16_length(text[: each.start()]), "length": len(each[0])}
        for each in _COMMAND.finditer(text)
    ]


def with_commands(formatted: Formatted) -> Formatted:
    """Commands are found in formatted text too, outside code and links."""
    text, entities = formatted
    verbatim = [
        range(each["offset"], each["offset"] + each["length"])
        for each in entities
        if each["type"] in _VERBATIM
    ]
    commands = command_entities(text)
    found = [each for each in commands if not any(each["offset"] in place for place in verbatim)]
    return text, sorted([*entities, *found], key=_outermost_first)


def commands_of(text: str, entities: list[Json]) -> list[str]:
    """The commands as written, such as `/edit` and `/edit@some_bot`."""
    return [utf16_slice(text, each) for each in entities if each["type"] == "bot_command"]
