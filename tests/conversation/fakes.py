# ruff: noqa: ARG002 - a fake takes what the real one takes
"""The rooms behind the conversation, in memory, and a conversation between them."""

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from bot.conversation.access import Access
from bot.conversation.conversation import Conversation
from bot.conversation.feature import Replies, all_features
from bot.conversation.incoming import Incoming, Message
from bot.conversation.outgoing import Alert, Ask, Say
from bot.conversation.owners import Owners, digest_of
from bot.conversation.tools import About, Desk, Tools
from bot.core.edits import ADMITTED, NOT_COUNTED, Edit, Extra
from bot.core.errors import Reason
from bot.core.guests import Guest
from bot.core.limits import Admission, Limits, Refusal, Rule, Scope, Usage, usage
from bot.core.money import Day, Drift, Report, Span, Spender, Table
from bot.core.pacing import Estimate
from bot.core.ports import FileKind
from bot.core.requests import Request
from bot.core.stages import Cancelled, EditState, Failed, Held
from bot.core.wishes import Collected, Question, Speaker
from tests.conversation.texts.samples import HOURLY, LIMITS
from tests.factories import NOW, edit

LONGEST_WAIT = timedelta(hours=1)


class FakeService:
    """Admits each update once, unless `refusal` is set, or asks for more than there are `places`."""

    def __init__(self, edits: dict[str, Edit], moves: dict[int, int]) -> None:
        self.edits, self.moves = edits, moves
        self.refusal: Refusal | None = None
        self.places: int | None = None
        self.forgotten: list[str] = []

    async def admit(
        self, request: Request, *, others: Sequence[Request] = (), hold: bool = False, once: bool = False
    ) -> Admission:
        for known in self.edits.values():
            who_and_where = (known.chat_id, known.request.requester_id)
            is_theirs = who_and_where == (request.chat_id, request.requester_id)
            is_twin = once and is_theirs and known.is_active and known.request.asks_the_same(request)
            if known.request.update_id == request.update_id or is_twin:
                return known
        if self.places is not None and len(others) >= self.places:
            return Refusal(HOURLY, NOW + timedelta(minutes=5), self.places)
        if self.refusal is not None and not (hold and self.refusal.retry_at):
            return self.refusal
        made, *rest = (edit(request=each) for each in (request, *others))
        if self.refusal is not None and self.refusal.retry_at:
            made = replace(made, stage=Held(self.refusal.retry_at))
        for each in (made, *rest):
            self.edits[each.id] = replace(each, stage=made.stage)
        self.places = None if self.places is None else self.places - 1 - len(rest)
        return made

    async def cancel(self, edit: Edit) -> Edit | None:
        current = self.edits[edit.id]
        if not current.is_cancellable:
            return None
        self.edits[edit.id] = replace(current, stage=Cancelled(NOW))
        return self.edits[edit.id]

    async def resume(self, edit: Edit) -> Edit | None:
        return edit if edit.is_late else None

    async def stop(self, edit: Edit) -> Edit | None:
        current = self.edits[edit.id]
        if not current.is_active:
            return None
        self.edits[edit.id] = replace(current, stage=Cancelled(NOW))
        return self.edits[edit.id]

    async def abandon(self, edit: Edit) -> Edit | None:
        self.edits[edit.id] = replace(self.edits[edit.id], stage=Failed(Reason.CHAT_GONE, NOW))
        return self.edits[edit.id]

    async def forget_result(self, edit: Edit) -> None:
        self.forgotten.append(edit.id)

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        is_news = self.moves.get(old_chat_id) != new_chat_id
        self.moves[old_chat_id] = new_chat_id
        return is_news


class FakeEdits:
    """Finds the service's edits, oldest first."""

    def __init__(self, edits: dict[str, Edit]) -> None:
        self.edits = edits

    def _of(self, chat_id: int, requester_id: int | None = None) -> list[Edit]:
        of_chat = [each for each in self.edits.values() if each.chat_id == chat_id]
        return [each for each in of_chat if requester_id in (None, each.request.requester_id)]

    async def get(self, edit_id: str) -> Edit | None:
        return self.edits.get(edit_id)

    async def series_of(self, edit: Edit) -> Sequence[Edit]:
        return [each for each in self.edits.values() if each.request.update_id == edit.request.update_id]

    async def by_message(self, chat_id: int, message_id: int) -> Edit | None:
        return next((each for each in reversed(self._of(chat_id)) if message_id in each.messages()), None)

    async def active_of(self, chat_id: int, requester_id: int | None = None) -> Sequence[Edit]:
        return [each for each in self._of(chat_id, requester_id) if each.is_active]

    async def recent_of(self, chat_id: int, requester_id: int | None, count: int) -> Sequence[Edit]:
        return self._of(chat_id, requester_id)[::-1][:count]

    async def results_of(self, chat_id: int, requester_id: int, since: datetime) -> Sequence[str]:
        found = [each for each in self._of(chat_id, requester_id) if each.result_photo]
        return [each.id for each in reversed(found) if each.ended_at and each.ended_at >= since]

    async def running_of(self, requester_id: int) -> Sequence[Edit]:
        theirs = (each for each in self.edits.values() if each.request.requester_id == requester_id)
        return [each for each in theirs if each.is_active]

    async def held_of(self, person_id: int) -> Sequence[Edit]:
        theirs = [each for each in self.edits.values() if each.request.requester_id == person_id]
        return [each for each in theirs if isinstance(each.stage, Held)]

    async def usage(self, chat_id: int, person_id: int, limits: Limits, now: datetime) -> Sequence[Usage]:
        def counted(rule: Rule) -> list[Edit]:
            states = set(EditState) - NOT_COUNTED if rule.window else ADMITTED
            return [each for each in among[rule.scope] if each.state in states]

        theirs = [each for each in self.edits.values() if each.request.requester_id == person_id]
        among = {Scope.CHAT: self._of(chat_id), Scope.PERSON: theirs}
        return [
            usage(rule, [each.created_at for each in counted(rule)], now) for rule in limits.of(person_id)
        ]


class FakeWishes:
    """A person's photo and questions."""

    def __init__(self) -> None:
        self.photos: dict[Speaker, Collected] = {}
        self.questions: dict[int, Question] = {}

    def _last(self, is_meant: Callable[[Question], bool]) -> Question | None:
        return next((each for each in reversed(self.questions.values()) if is_meant(each)), None)

    async def remember_photos(self, speaker: Speaker, collected: Collected) -> None:
        self.photos[speaker] = collected

    async def remembered_photos(self, speaker: Speaker, since: datetime) -> Collected | None:
        found = self.photos.get(speaker)
        return found if found and found.at >= since else None

    async def ask(self, question: Question) -> None:
        same = await self.question_for(question.speaker.chat_id, question.asked_for)
        if same is not None and same.speaker == question.speaker:
            del self.questions[same.id]
        self.questions[question.id] = question

    async def question(self, question_id: int) -> Question | None:
        return self.questions.get(question_id)

    async def question_for(self, chat_id: int, asked_for: int) -> Question | None:
        return self._last(lambda each: (each.speaker.chat_id, each.asked_for) == (chat_id, asked_for))

    async def question_at(self, chat_id: int, message_id: int) -> Question | None:
        return self._last(lambda each: (each.speaker.chat_id, each.message_id) == (chat_id, message_id))

    async def open_question(self, speaker: Speaker, since: datetime, update_id: int) -> Question | None:
        return self._last(
            lambda each: (
                each.speaker == speaker and each.asked_at >= since and each.answered_by in {None, update_id}
            )
        )

    async def answered(self, question_id: int, update_id: int) -> bool:
        question = self.questions[question_id]
        is_ours = question.answered_by in {None, update_id}
        if is_ours:
            self.questions[question_id] = replace(question, answered_by=update_id)
        return is_ours

    async def close_questions(self, speaker: Speaker, update_id: int) -> Sequence[Question]:
        theirs = [each for each in self.questions.values() if each.speaker == speaker]
        return [each for each in theirs if await self.answered(each.id, update_id)]

    def arrived(self, message_id: int) -> Question:
        """The last question has been sent as this message."""
        last = self._last(lambda _: True)
        assert last is not None
        self.questions[last.id] = replace(last, message_id=message_id)
        return self.questions[last.id]


class FakeRefused:
    """Requests by their update."""

    def __init__(self) -> None:
        self.kept: dict[int, list[Request]] = {}

    async def keep(self, requests: Sequence[Request], now: datetime) -> None:
        self.kept[requests[0].update_id] = list(requests)

    async def get(self, update_id: int) -> Sequence[Request]:
        return self.kept.get(update_id, [])


class FakeMemory:
    """What chats remember."""

    def __init__(self) -> None:
        self.settled: dict[tuple[int, str], int] = {}
        self.albums: dict[tuple[int, str], tuple[int, datetime]] = {}
        self.told: dict[int, datetime] = {}
        self.moves: dict[int, int] = {}
        self.checked: dict[int, datetime] = {}
        self.told_no_pictures: set[int] = set()
        self.extras: dict[tuple[str, Extra], int | None] = {}
        self.chatted: set[int] = set()
        self.quiet: set[int] = set()
        self.greeted: set[int] = set()

    async def is_quiet(self, chat_id: int) -> bool:
        return chat_id in self.quiet

    async def set_quiet(self, chat_id: int, *, is_quiet: bool) -> None:
        self.quiet = self.quiet | {chat_id} if is_quiet else self.quiet - {chat_id}

    async def answers_small_talk(self, chat_id: int, now: datetime) -> bool:
        is_new = chat_id not in self.chatted
        self.chatted.add(chat_id)
        return is_new

    async def is_first_of_album(self, chat_id: int, album_id: str, update_id: int, now: datetime) -> bool:
        return self.albums.setdefault((chat_id, album_id), (update_id, now))[0] == update_id

    async def is_album_open(self, chat_id: int, album_id: str) -> bool:
        return (chat_id, album_id) in self.albums.keys() - self.settled.keys()

    async def settle_album(self, chat_id: int, album_id: str, last_update_id: int) -> None:
        self.settled[chat_id, album_id] = last_update_id

    async def is_late_part(self, chat_id: int, album_id: str, update_id: int) -> bool:
        return update_id > self.settled.get((chat_id, album_id), update_id)

    async def tell_not_allowed(self, chat_id: int, now: datetime) -> bool:
        is_new = chat_id not in self.told
        self.told.setdefault(chat_id, now)
        return is_new

    async def tell_no_pictures(self, chat_id: int, now: datetime) -> bool:
        is_new = chat_id not in self.told_no_pictures
        self.told_no_pictures.add(chat_id)
        return is_new

    async def greet(self, chat_id: int, now: datetime) -> bool:
        is_new = chat_id not in self.greeted
        self.greeted.add(chat_id)
        return is_new

    async def claim_extra(self, edit_id: str, extra: Extra, now: datetime, gone: int | None = None) -> bool:
        key = (edit_id, extra)
        is_free = key not in self.extras or (gone is not None and self.extras[key] == gone)
        if is_free:
            self.extras[key] = None
        return is_free

    async def sent_extra(self, edit_id: str, extra: Extra) -> int | None:
        return self.extras.get((edit_id, extra))

    async def origins(self, chat_id: int) -> frozenset[int]:
        return frozenset(old for old, new in self.moves.items() if new == chat_id)

    async def has_checked_move(self, chat_id: int, since: datetime) -> bool:
        return chat_id in self.checked and self.checked[chat_id] >= since

    async def note_move_check(self, chat_id: int, now: datetime) -> None:
        self.checked[chat_id] = now


class FakeOwnership:
    """A link with the code `code`, which nobody has opened yet."""

    def __init__(self, code: str = "code") -> None:
        self.digest: str | None = digest_of(code)
        self.person_id: int | None = None

    async def owner(self) -> int | None:
        return self.person_id

    async def claim(self, digest: str, person_id: int) -> bool:
        is_first = digest == self.digest and self.person_id in (None, person_id)
        self.person_id = person_id if is_first else self.person_id
        return is_first


class FakeGuests:
    """Who asked, with which update, and what the owner said."""

    def __init__(self) -> None:
        self.guests: dict[int, Guest] = {}
        self.is_crowded = False

    async def get(self, guest_id: int) -> Guest | None:
        return self.guests.get(guest_id)

    async def allowed_among(self, ids: Collection[int]) -> Guest | None:
        return next(
            (self.guests[each] for each in ids if each in self.guests and self.guests[each].is_allowed), None
        )

    async def ask(self, guest: Guest) -> bool:
        if self.is_crowded:
            return False
        return self.guests.setdefault(guest.id, guest).update_id == guest.update_id

    async def decide(self, guest: Guest, *, allowed: bool, now: datetime) -> Guest | None:
        before = self.guests.get(guest.id)
        self.guests[guest.id] = replace(before or guest, decided_at=now, is_allowed=allowed)
        return before

    async def last(self, count: int, after: int = 0) -> Collection[Guest]:
        return list(self.guests.values())[after : after + count]


class FakeOwnersFiles:
    """As if they were made."""

    def __init__(self) -> None:
        self.charted: Sequence[Day] = ()
        self.made = Table(b"a table", 1, is_whole=True)

    async def chart(self, days: Sequence[Day]) -> bytes:
        self.charted = days
        return b"a chart"

    async def table(self) -> Table:
        return self.made


class FakeOwnLimits:
    """Numbers by id."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}

    async def of(self, ids: Collection[int]) -> Mapping[int, int]:
        return {each: self.numbers[each] for each in ids if each in self.numbers}

    async def set(self, id_: int, edits: int | None) -> None:
        self.numbers.pop(id_, None)
        if edits is not None:
            self.numbers[id_] = edits


class FakeMoney:
    """Nothing was spent; notices as they are given."""

    def __init__(self) -> None:
        self.notices: set[str] = set()
        self.dearest: tuple[Spender, ...] = ()
        self.now: datetime | None = None

    async def report(self, now: datetime) -> Report:
        self.now = now
        return Report(None, 0.0, {1: Span()}, self.dearest, (), {}, Drift(0, 0, timedelta(0)))

    async def days(self, now: datetime, count: int) -> Sequence[Day]:
        return [Day(now.date() - timedelta(days=ago), 2, 1, 0, 12) for ago in reversed(range(count))]

    async def has_notice(self, name: str) -> bool:
        return name in self.notices

    async def notice(self, name: str, now: datetime) -> bool:
        is_new = name not in self.notices
        self.notices.add(name)
        return is_new

    async def notice_over(self, name: str) -> None:
        self.notices.discard(name)


class FakeQuestions:
    """Telegram, as far as it is asked; `asked` has the chats that were asked about."""

    def __init__(self) -> None:
        self.admins: set[tuple[int, int]] = set()
        self.moved: dict[int, int] = {}
        self.asked: list[int] = []
        self.error: Exception | None = None
        self.no_pictures: set[int] = set()
        self.forgotten: list[int] = []
        self.messages: set[tuple[int, int]] = set()

    async def takes_pictures(self, chat_id: int) -> bool:
        return chat_id not in self.no_pictures

    async def forget_rights(self, chat_id: int) -> None:
        self.forgotten.append(chat_id)

    async def has_message(self, chat_id: int, message_id: int) -> bool:
        return (chat_id, message_id) in self.messages

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        self.asked.append(chat_id)
        return (chat_id, user_id) in self.admins

    async def moved_to(self, chat_id: int) -> int | None:
        self.asked.append(chat_id)
        if self.error is not None:
            raise self.error
        return self.moved.get(chat_id)


class FakeData:
    """Whose data was deleted, and how many of their edits ran then."""

    def __init__(self, edits: dict[str, Edit]) -> None:
        self.edits = edits
        self.erased: list[tuple[int, int]] = []

    async def erase(self, person_id: int) -> None:
        running = [each for each in self.edits.values() if each.is_active]
        self.erased.append((person_id, sum(each.request.requester_id == person_id for each in running)))


class FakeFiles:
    """Bytes by edit and kind."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, FileKind], bytes] = {}

    async def put(self, edit_id: str, kind: FileKind, content: bytes) -> None:
        self.kept[edit_id, kind] = content

    async def get(self, edit_id: str, kind: FileKind) -> bytes | None:
        return self.kept.get((edit_id, kind))

    async def size(self, edit_id: str, kind: FileKind) -> int | None:
        kept = self.kept.get((edit_id, kind))
        return None if kept is None else len(kept)

    async def open(self, edit_id: str, kind: FileKind) -> BinaryIO | None:
        kept = self.kept.get((edit_id, kind))
        return None if kept is None else io.BytesIO(kept)

    async def remove(self, edit_id: str, kind: FileKind) -> None:
        self.kept.pop((edit_id, kind), None)


@dataclass
class Room:
    """A conversation and what stands behind it. `now` is a moment that tests move."""

    allowed_chats: frozenset[int] = frozenset()
    admin_ids: frozenset[int] = frozenset()
    is_open: bool | None = None
    """Where not said, without a list of chats."""
    reads_group_messages: bool = False
    limits: Limits = LIMITS
    now: datetime = NOW
    edits: dict[str, Edit] = field(default_factory=dict)
    woken: list[str] = field(default_factory=list)
    memory: FakeMemory = field(default_factory=FakeMemory)
    wishes: FakeWishes = field(default_factory=FakeWishes)
    comments: set[int] = field(default_factory=set)
    albums: dict[str, list[Message]] = field(default_factory=dict)
    ownership: FakeOwnership = field(default_factory=FakeOwnership)
    money: FakeMoney = field(default_factory=FakeMoney)
    owners_files: FakeOwnersFiles = field(default_factory=FakeOwnersFiles)
    guests: FakeGuests = field(default_factory=FakeGuests)
    own_limits: FakeOwnLimits = field(default_factory=FakeOwnLimits)
    taken_again: list[tuple[int, int, datetime]] = field(default_factory=list)
    questions: FakeQuestions = field(default_factory=FakeQuestions)
    files: FakeFiles = field(default_factory=FakeFiles)
    refused: FakeRefused = field(default_factory=FakeRefused)

    def __post_init__(self) -> None:
        self.service = FakeService(self.edits, self.memory.moves)
        self.data = FakeData(self.edits)
        self.tools = Tools(
            desk=Desk(
                self.service, self._wake, self.refused, self.data, FakeEdits(self.edits), lambda: self.now
            ),
            edits=FakeEdits(self.edits),
            memory=self.memory,
            wishes=self.wishes,
            photo_follows=self._photo_follows,
            album_of=self._album_of,
            most_photos=3,
            owners=Owners(self.admin_ids, self.ownership),
            guests=self.guests,
            own_limits=self.own_limits,
            money=self.money,
            owners_files=self.owners_files,
            take_again=self._take_again,
            questions=self.questions,
            files=self.files,
            estimate=lambda _: Estimate(None, is_slow=False),
            about=About("nano_bot", "Nano & <Co>", self.reads_group_messages, self.limits, LONGEST_WAIT),
            now=lambda: self.now,
        )
        is_open = not self.allowed_chats if self.is_open is None else self.is_open
        self.access = Access(self.allowed_chats, self.tools, open_to_all=is_open)
        self.conversation = Conversation(all_features(), self.tools, self.access)

    def knows(self, **about: Any) -> None:
        """The bot knows something else about itself."""
        self.tools = replace(self.tools, about=replace(self.tools.about, **about))
        self.conversation = Conversation(all_features(), self.tools, self.access)

    async def _take_again(self, chat_id: int, first: int, since: datetime) -> None:
        self.taken_again.append((chat_id, first, since))

    async def _photo_follows(self, message: Message) -> bool:
        return message.message_id in self.comments

    async def _album_of(self, message: Message) -> Sequence[Message]:
        return self.albums.get(message.album_id or "", [message])

    async def _wake(self, edit: Edit) -> None:
        self.woken.append(edit.id)

    def has(self, **changes: Any) -> Edit:
        """An edit that was asked for before."""
        made = edit(**changes)
        self.edits[made.id] = made
        return made

    async def handle(self, incoming: Incoming) -> Replies:
        return await self.conversation.handle(incoming)

    async def say(self, incoming: Incoming) -> Say:
        """The one message that answers."""
        [said] = await self.handle(incoming)
        assert isinstance(said, Say)
        return said

    async def asks(self, incoming: Incoming) -> Ask:
        """The one question that answers."""
        [asked] = [each for each in await self.handle(incoming) if not isinstance(each, Alert)]
        assert isinstance(asked, Ask)
        return asked

    async def alert(self, incoming: Incoming) -> Alert:
        """The one answer to a press."""
        [alert] = await self.handle(incoming)
        assert isinstance(alert, Alert)
        return alert

    async def admits(self, incoming: Incoming) -> Request:
        """The request of the one edit that is made of it, without a word."""
        before = set(self.edits)
        replies = await self.handle(incoming)
        assert not [each for each in replies if not isinstance(each, Alert)]
        [made] = set(self.edits) - before
        assert self.woken[-1] == made
        return self.edits[made].request
