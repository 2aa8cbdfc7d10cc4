"""What people do in a scene: one line of the script, played on the sandbox."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.telegram.api import TelegramSandbox
from bot.sandbox.telegram.kinds import RECORDED, TOLD
from bot.sandbox.telegram.people import Chat, Message, Person, Press
from bot.sandbox.telegram.person import Where
from tests.conversation.scenes.seeing import excerpt, first_line
from tests.harness.pictures import encoded, flat, picture

_SAYS = re.compile(r"(?P<who>\w+)(?: → (?P<to>[^:]+))?: (?:\((?P<media>[^)]+)\) ?)?(?P<text>.*)")
_DOES = re.compile(r"(?P<who>\w+) (?P<verb>\w+s)(?P<rest> .*)?")
_SIZE = re.compile(r"(\d+)×(\d+)")
_ERASES = "erase:delete"
_BUTTON = re.compile(r"\[(?P<label>.+)\](?: under (?P<under>.+))?")


@dataclass
class Stage:
    """Where a scene takes place: its people, its chats, and the names that its messages go by."""

    telegram: TelegramSandbox
    names: list[str]
    languages: dict[str, str]
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Chat] = field(default_factory=dict)
    topics: dict[tuple[str, str], int] = field(default_factory=dict)
    place: tuple[str, str] = ("", "")
    labels: dict[tuple[int, int], str] = field(default_factory=dict)
    presses: list[tuple[str, Press]] = field(default_factory=list)
    erased_under: Message | None = None
    """The message with the button that deleted what is stored of somebody."""
    pictures: int = 0

    def __post_init__(self) -> None:
        for name in self.names:
            language = self.languages.get(name, "en")
            self.people[name] = self.telegram.people.person(name, language_code=language)

    @property
    def chats(self) -> list[Chat]:
        return [*(person.private for person in self.people.values()), *self.groups.values()]

    @property
    def is_owed_an_answer(self) -> bool:
        """Whether a press waits for its answer. One that deleted its own update is answered by a new text."""
        if (under := self.erased_under) is not None:
            now = self._chat_of(under).message(under.message_id)
            return now is not None and bool(now.buttons)
        return any(press.query.answer is None for _, press in self.presses)

    def _chat_of(self, message: Message) -> Chat:
        return next(chat for chat in self.chats if chat.id == message.chat_id)

    def chat(self, who: str) -> Chat:
        """Where this person speaks now."""
        group, _ = self.place
        return self.groups[group] if group else self.people[who].private

    def thread_id(self, chat: Chat) -> int | None:
        """The topic in which the scene is, where that is a topic of this chat."""
        group, topic = self.place
        return self.topics.get((group, topic)) if group and self.groups[group].id == chat.id else None

    def where(self, who: str, to: str | None = None) -> Where:
        group, topic = self.place
        where = Where(reply_to=self.find(who, to) if to else None, thread_id=self.topics.get((group, topic)))
        return Where(**where, chat=self.groups[group]) if group else where

    def go(self, group: str, topic: str = "") -> None:
        """The scene moves into a group, which everybody is in, or into a topic of it."""
        people = self.telegram.people
        if group and group not in self.groups:
            members = list(self.people.values())
            self.groups[group] = people.group(group, *members, forum=bool(topic))
        if topic and (group, topic) not in self.topics:
            self.topics[group, topic] = people.topic(self.groups[group], topic)
        self.place = group, topic

    def find(self, who: str, label: str) -> Message:
        """The latest message with this name, or that begins with these words."""
        shown = [message for message in self.chat(who).messages() if not message.is_service]
        for message in reversed(shown):
            name = self.labels.get((message.chat_id, message.message_id), "")
            if name == label or (label.startswith('"') and first_line(message).startswith(label.strip('"…'))):
                return message
        raise LookupError(f"there is no {label}")

    def name(self, message: Message, label: str) -> Message:
        self.labels[message.chat_id, message.message_id] = label
        return message


def play(stage: Stage, line: str) -> None:
    """Do what the line says; LookupError or ValueError if that is not possible there."""
    line = line.removeprefix("and at once ")
    if said := _SAYS.fullmatch(line):
        _say(stage, said["who"], said["media"] or "", said["text"], stage.where(said["who"], said["to"]))
    elif done := _DOES.fullmatch(line):
        _VERBS[done["verb"]](stage, done["who"], (done["rest"] or "").strip())
    else:
        raise ValueError("nobody understands this line")


def _say(stage: Stage, who: str, media: str, text: str, where: Where) -> None:
    person = stage.people[who]
    kind, _, names = media.partition(" ")
    size = (int(found[1]), int(found[2])) if (found := _SIZE.search(names)) else (96, 64)
    files = _SIZE.sub("", names).replace(",", " ").split()
    if not media:
        message = person.writes(text, **where)
        stage.name(message, excerpt(message))
    elif kind == "photo":
        stage.name(person.sends_photo(_picture(stage, size), text, hd=max(size) > 1280, **where), files[0])
    elif kind == "album":
        images = ["video" if file.endswith(".mp4") else _picture(stage, size) for file in files]
        for part, file in zip(person.sends_album(images, text, **where), files, strict=True):
            stage.name(part, file)
    elif kind == "late":
        album_id = next(
            m.raw["media_group_id"] for m in stage.chat(who).messages()[::-1] if "media_group_id" in m.raw
        )
        late = person.sends_photo(_picture(stage, size), text, media_group_id=album_id, **where)
        stage.name(late, files[0])
    elif kind == "file":
        form = files[0].rpartition(".")[2].replace("jpg", "jpeg")
        is_picture = form in {"jpeg", "png", "webp"}
        content = encoded(flat(size), form) if is_picture else form.encode()
        mime = f"image/{form}" if is_picture else f"application/{form}"
        stage.name(person.sends_file(content, files[0], mime, text, **where), files[0])
    elif kind == "sticker":
        stage.name(person.sends_sticker(encoded(flat((120, 90)), "WEBP"), **where), "sticker")
    elif kind == "GIF":
        stage.name(person.sends_animation(b"mp4", text, **where), "GIF")
    elif kind in RECORDED or kind in TOLD:
        stage.name(person.sends(kind, text, **where), kind)
    else:
        raise ValueError(f"nobody can send a {kind}")


def _picture(stage: Stage, size: tuple[int, int]) -> bytes:
    """No two pictures are the same."""
    stage.pictures += 1
    return picture(*size, quality=95 - stage.pictures % 50)


def _presses(stage: Stage, who: str, rest: str) -> None:
    found = _BUTTON.fullmatch(rest)
    if found is None:
        raise ValueError("which button?")
    label, under = found["label"], found["under"]
    messages = [stage.find(who, under)] if under else stage.chat(who).bot_messages()[::-1]
    for message in messages:
        if button := next((b for row in message.buttons for b in row if b.label == label), None):
            if button.data is None:
                raise LookupError(f"[{label}] is a link: somebody follows it")
            stage.presses.append((who, stage.people[who].presses(message, button.data)))
            if button.data == _ERASES:
                stage.erased_under = message
            return
    raise LookupError(f"there is no button [{label}]")


def _follows(stage: Stage, who: str, rest: str) -> None:
    """A link, or the button with it; into the group where the scene is, if it leads into one."""
    link = f"https://{rest}"
    if found := _BUTTON.fullmatch(rest):
        buttons = [b for m in stage.chat(who).bot_messages() for row in m.buttons for b in row if b.url]
        link = next((str(b.url) for b in buttons if b.label == found["label"]), "")
        if not link:
            raise LookupError(f"there is no link [{found['label']}]")
    group = stage.chat(who) if "startgroup" in link else None
    message = stage.people[who].follows(link, group)
    if group is None:
        stage.place = "", ""
    stage.name(message, excerpt(message))


def _edits(stage: Stage, who: str, rest: str) -> None:
    label, _, text = rest.partition(": ")
    stage.people[who].edits(stage.find(who, label), text)


def _deletes(stage: Stage, who: str, rest: str) -> None:
    stage.people[who].deletes(stage.find(who, rest))


def _reacts(stage: Stage, who: str, rest: str) -> None:
    label, _, emoji = rest.removeprefix("to ").partition(": ")
    stage.people[who].reacts(stage.find(who, label), emoji)


def _forwards(stage: Stage, who: str, rest: str) -> None:
    """`forwards (photo dog.jpg cute) with: make it blue`: a photo, its caption, and one's own comment."""
    found = re.fullmatch(r"\(photo (\S+)(?: ([^)]*))?\)(?: with: (.*))?", rest)
    if found is None:
        raise ValueError("forwards what?")
    friend = stage.telegram.people.person("Friend")
    photo = friend.sends_photo(
        _picture(stage, (96, 64)), found[2] or "", chat=stage.telegram.people.group("Far", friend)
    )
    *comment, forwarded = stage.people[who].forwards(photo, comment=found[3] or "", **stage.where(who))
    stage.name(forwarded, found[1])
    for each in comment:
        stage.name(each, excerpt(each))


def _blocks(stage: Stage, who: str, _: str) -> None:
    stage.people[who].blocks_bot()


def _adds(stage: Stage, who: str, _: str) -> None:
    stage.people[who].adds_bot(stage.chat(who))


def _removes(stage: Stage, who: str, _: str) -> None:
    stage.people[who].removes_bot(stage.chat(who))


_VERBS: dict[str, Callable[[Stage, str, str], None]] = {
    "presses": _presses,
    "follows": _follows,
    "edits": _edits,
    "deletes": _deletes,
    "reacts": _reacts,
    "forwards": _forwards,
    "blocks": _blocks,
    "removes": _removes,
    "adds": _adds,
}
