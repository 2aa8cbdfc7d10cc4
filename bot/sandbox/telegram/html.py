"""What Telegram makes of formatted text: the HTML parse mode, its refusals, commands in plain text."""

import re
from dataclasses import dataclass

from bot.sandbox.telegram.values import Json, Refused, bad_request, utf16_length

Formatted = tuple[str, list[Json]]

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)\s*(=?)\s*("[^"]*"|'[^']*'|[^\s"'>]*)""")
_COMMAND = re.compile(r"(?<![\w/<>@])/([a-zA-Z0-9_]{1,32})(?:@([a-zA-Z0-9_]{3,32}))?(?![\w/<>@])")
_USER_LINK = re.compile(r"tg://user\?id=(\d+)$")
_VERBATIM = ("code", "pre", "text_link")


@dataclass
class _Open:
    tag: str
    start: int
    entity: Json


class _Parser:
    """One pass over the text, a stack of open tags."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.length = 0
        self.text: list[str] = []
        self.stack: list[_Open] = []
        self.entities: list[Json] = []

    def parse(self) -> Formatted:
        while self.at < len(self.source):
            if self.source[self.at] == "<":
                self._tag()
            elif self.source[self.at] == "&" and (found := _REFERENCE.match(self.source, self.at)):
                self._write(_referred(found))
                self.at = found.end()
            else:
                self._write(self.source[self.at])
                self.at += 1
        if self.stack:
            raise _unparsable(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.text), self.entities

    def _write(self, piece: str) -> None:
        self.text.append(piece)
        self.length += utf16_length(piece)

    def _tag(self) -> None:
        begin = self.at
        closing = self.source.startswith("</", begin)
        end = _tag_end(self.source, begin)
        if end < 0:
            raise self._error("Unclosed end tag" if closing else "Unclosed start tag", begin)
        inside = self.source[begin + (2 if closing else 1) : end]
        self.at = end + 1
        if closing:
            self._close(inside.strip().lower(), begin)
        else:
            self._start(inside, begin)

    def _start(self, inside: str, begin: int) -> None:
        name = re.split(r"[\s/]", inside, maxsplit=1)[0].lower()
        if name not in _TAGS:
            raise self._error(f'Unsupported start tag "{name}"', begin)
        attributes = self._attributes(name, inside[len(name) :], begin)
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
        if name == "code" and attributes.get("class", "").startswith("language-"):
            entity["language"] = attributes["class"].removeprefix("language-")
        self.stack.append(_Open(name, self.length, entity))

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
            quoted = value[:1] in {'"', "'"}
            plain = (value[1:-1] if quoted else value) if equals else ""
            attributes[name.lower()] = _REFERENCE.sub(_referred, plain)
            rest = rest[found.end(3 if equals else 1) :].strip()
        return attributes

    def _close(self, name: str, begin: int) -> None:
        if not self.stack:
            raise self._error("Unexpected end tag", begin)
        opened = self.stack.pop()
        if name and name != opened.tag:
            problem = f"Unmatched end tag at byte offset {self._bytes(begin)}"
            raise _unparsable(f'{problem}, expected "</{opened.tag}>", found "</{name}>"')
        if self.length > opened.start:
            self._keep(opened)

    def _keep(self, opened: _Open) -> None:
        entity = {**opened.entity, "offset": opened.start, "length": self.length - opened.start}
        if entity["type"] == "text_link" and not _linked(entity, "".join(self.text)):
            return
        if entity["type"] == "code" and "language" in entity:
            language = entity.pop("language")
            if self.stack and self.stack[-1].tag == "pre" and self.stack[-1].start == opened.start:
                self.stack[-1].entity["language"] = language
                return
        if entity["type"] in {"code", "pre"}:
            self.entities = [each for each in self.entities if each["offset"] < opened.start]
        if not any(outer.tag in {"code", "pre"} for outer in self.stack):
            self.entities.append(entity)

    def _bytes(self, position: int) -> int:
        return len(self.source[:position].encode())

    def _error(self, problem: str, begin: int) -> Refused:
        return _unparsable(f"{problem} at byte offset {self._bytes(begin)}")


def _unparsable(problem: str) -> Refused:
    return bad_request(f"can't parse entities: {problem}")


def _referred(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    usable = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if usable else found[0]


def _tag_end(source: str, begin: int) -> int:
    quote = ""
    for position in range(begin + 1, len(source)):
        character = source[position]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == ">":
            return position
    return -1


def _linked(entity: Json, text: str) -> bool:
    """A link without an address stays plain text; a link to a user is a mention."""
    if not entity["url"]:
        entity["url"] = text.encode("utf-16-le")[entity["offset"] * 2 :].decode("utf-16-le")
    if person := _USER_LINK.match(entity["url"]):
        entity.pop("url")
        user = {"id": int(person[1]), "is_bot": False, "first_name": ""}
        entity.update(type="text_mention", user=user)
        return True
    return bool(re.match(r"(?:[a-z][a-z0-9+.-]*:(?://)?)?[^\s/]+\.[^\s]+|tg:", entity["url"], re.IGNORECASE))


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
        {
            "type": "bot_command",
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found[0]),
        }
        for found in _COMMAND.finditer(text)
    ]


def with_commands(formatted: Formatted) -> Formatted:
    """Commands are found in formatted text too, outside code and links."""
    text, entities = formatted
    verbatim = [each for each in entities if each["type"] in _VERBATIM]
    found = [
        command
        for command in command_entities(text)
        if not any(each["offset"] <= command["offset"] < each["offset"] + each["length"] for each in verbatim)
    ]
    merged = sorted([*entities, *found], key=lambda each: (each["offset"], -each["length"]))
    return text, merged


def commands_of(text: str, entities: list[Json]) -> list[str]:
    """The commands as written, such as `/edit` and `/edit@some_bot`."""
    encoded = text.encode("utf-16-le")
    return [
        encoded[each["offset"] * 2 : (each["offset"] + each["length"]) * 2].decode("utf-16-le")
        for each in entities
        if each["type"] == "bot_command"
    ]
