"""Whatever happens in whatever order: no window holds more than its number, and every place can be used."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.core.edits import ADMITTED, Edit, Waste
from bot.core.errors import Reason
from bot.core.limits import Counts, Limits, Refusal, Rule, Scope
from bot.core.stages import Cancelled, Delivered, EditState, Failed, Held, Processing, Stage
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.own_limits import SqlOwnLimits
from tests.factories import NOW, RESULT, TASK, edit

WINDOW, MINUTE, FORGIVEN = timedelta(hours=1), timedelta(minutes=1), 1
LIMITS = Limits(
    (
        Rule(Scope.CHAT, 4, WINDOW),
        Rule(Scope.PERSON, 3, WINDOW),
        Rule(Scope.CHAT, 5, counts=Counts.UNFINISHED),
    ),
    forgiven=FORGIVEN,
)
ENDS: dict[str, Stage] = {
    "cancel": Cancelled(NOW, TASK),
    "decline": Failed(Reason.POLICY, NOW, TASK),
    "fail": Failed(Reason.OUR_FAULT, NOW, TASK),
    "deliver": Delivered(TASK, RESULT, 9, NOW),
}
_spaces = itertools.count(1)

ask = st.tuples(st.just("ask"), st.integers(0, 1), st.integers(0, 1), st.booleans(), st.integers(1, 4))
"""So many at once of one person in one chat, to be held where there is no place, or not."""
end = st.tuples(st.sampled_from([*ENDS]), st.integers(0, 30))
start = st.tuples(st.just("start"), st.just(0))
wait = st.tuples(st.just("wait"), st.sampled_from([1, 7, 25, 59]))
happenings = st.lists(st.one_of(ask, start, end, end, end, wait), min_size=12, max_size=30)


@dataclass
class Story:
    """What happened to the edits of two people in two chats that nobody else uses."""

    stores: list[SqlEditStore]
    now: datetime = NOW
    edits: dict[str, Edit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        space = 10 * next(_spaces)
        self.chats, self.people = (-space, -space - 1), (space, space + 1)
        self.own = {self.chats[1]: 2, self.people[1]: 4}

    def most(self, rule: Rule, one: Edit) -> int:
        """The rule's number for this one's chat or person, who may have their own."""
        if rule.window is None:
            return rule.count
        id_ = one.chat_id if rule.scope is Scope.CHAT else one.request.requester_id
        return self.own.get(id_, rule.count)

    async def ask(self, chat: int, person: int, *, hold: bool, count: int) -> None:
        """Exactly as many have a place as there were; the others are held or refused."""
        of = {"chat_id": self.chats[chat], "requester_id": self.people[person]}
        asked = [edit(created_at=self.now, **of) for _ in range(count)]
        if hold:
            asked = [replace(each, stage=Held(self.now)) for each in asked]
        room = self.room(edit(**of))
        answers = await asyncio.gather(
            *(self.stores[n % 2].admit(each, LIMITS, self.now) for n, each in enumerate(asked))
        )
        edits = [each for each in answers if isinstance(each, Edit)]
        assert sum(each.state is EditState.RECEIVED for each in edits) == min(room, count)
        self.edits |= {each.id: each for each in edits}
        for refused in (each for each in answers if isinstance(each, Refusal)):
            assert refused.retry_at is None or refused.retry_at > self.now

    def room(self, one: Edit) -> int:
        """How many more like this have a place in every rule."""
        held = [each for each in self.edits.values() if each.state is EditState.HELD]
        return min(
            max(0, self.most(rule, one) - self.counted(rule, one) - sum(_same(rule, one, h) for h in held))
            if rule.window
            else max(0, rule.count - self.counted(rule, one))
            for rule in LIMITS.rules
        )

    def counted(self, rule: Rule, one: Edit) -> int:
        theirs = [each for each in self.edits.values() if _same(rule, one, each)]
        if rule.window is None:
            return sum(each.state in ADMITTED for each in theirs)
        recent = [each for each in theirs if each.created_at > self.now - rule.window]
        return sum(_has_its_place(each) for each in recent)

    async def change(self, what: str, number: int) -> None:
        """One of the edits that have not ended comes to an end."""
        active = [each for each in self.edits.values() if each.is_active]
        if not active:
            return
        before = active[number % len(active)]
        if before.state is EditState.PROCESSING or what == "cancel":
            ended = await self.stores[1].end(before, replace(before, stage=ENDS[what]), LIMITS)
            assert ended is not None
            self.edits[before.id] = ended

    async def start(self) -> None:
        """The tasks of all that have a place begin, which is paid for."""
        for before in [each for each in self.edits.values() if each.state is EditState.RECEIVED]:
            after = replace(before, stage=Processing(TASK), submits=1)
            self.edits[before.id] = await self.stores[0].move(before, after) or before

    async def release(self) -> None:
        """What the jobs do, in an order of their own."""
        held = [each for each in self.edits.values() if each.state is EditState.HELD]
        for each in reversed(held):
            released = await self.stores[0].release(each, LIMITS, self.now)
            assert released is not None
            self.edits[each.id] = released

    def check(self) -> None:
        """No window anywhere has too many that count, that are forgiven, or that are paid for."""
        everything = self.edits.values()
        for rule, one in itertools.product(LIMITS.rules, everything):
            most = self.most(rule, one)
            assert self.counted(rule, one) <= most
            if rule.window is None:
                continue
            near = [
                each
                for each in everything
                if _same(rule, one, each) and one.created_at - rule.window < each.created_at <= one.created_at
            ]
            assert sum(_has_its_place(each) for each in near) <= most
            people = 1 if rule.scope is Scope.PERSON else len(self.people)
            assert sum(each.waste is Waste.FORGIVEN for each in near) <= people * FORGIVEN
            ours = {each.id for each in near if each.failure is Reason.OUR_FAULT}
            paid = [each for each in near if each.submits and each.id not in ours]
            assert len(paid) <= most + people * FORGIVEN


def _same(rule: Rule, one: Edit, other: Edit) -> bool:
    if rule.scope is Scope.CHAT:
        return one.chat_id == other.chat_id
    return one.request.requester_id == other.request.requester_id


def _has_its_place(each: Edit) -> bool:
    if each.waste is Waste.CHARGED:
        return True
    return each.state in ADMITTED | {EditState.DELIVERED}


@pytest.fixture
async def databases(url: str) -> AsyncIterator[list[Database]]:
    async with aclosing(Database.open(url)) as here, aclosing(Database.open(url)) as there:
        yield [here, there]


@settings(
    max_examples=20,
    phases=[Phase.generate],  # add Phase.shrink for the shortest story that fails: it takes minutes
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happenings)
async def test_limits_hold_whatever_happens(
    databases: list[Database], happenings: list[tuple[str, int, int, bool, int]]
) -> None:
    story = Story([SqlEditStore(each) for each in databases])
    for id_, number in story.own.items():
        await SqlOwnLimits(databases[0]).set(id_, number)
    for what, *details in happenings:
        match what:
            case "ask":
                chat, person, hold, count = details
                await story.ask(chat, person, hold=bool(hold), count=count)
            case "wait":
                story.now += details[0] * MINUTE
            case "start":
                await story.start()
            case _:
                await story.change(what, details[0])
        await story.release()
        story.check()
    await every_place_can_be_used(story)


async def every_place_can_be_used(story: Story) -> None:
    """Everything ends and time passes: whoever was held has had a place, and then all places are free."""
    for _ in range(8 * 4):
        await story.start()
        for number in range(len(story.edits)):
            await story.change("deliver", number)
        story.now += WINDOW / 4
        await story.release()
        story.check()
    assert not [each for each in story.edits.values() if each.state is EditState.HELD]
    while any(each.is_active for each in story.edits.values()):
        await story.start()
        await story.change("deliver", 0)
    story.now += WINDOW
    for person in (0, 1):
        await story.ask(person, person, hold=False, count=3)
        assert story.room(edit(chat_id=story.chats[person], requester_id=story.people[person])) == 0
