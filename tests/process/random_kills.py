"""kill -9 at random times over a run of edits: what was lost, and what happened twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.nanobanana.tasks import SUCCEEDED
from bot.sandbox.telegram.people import Chat, Message
from tests.harness.chats import answers, said_in
from tests.harness.clock import until
from tests.harness.pictures import picture, size_of
from tests.harness.processes import Processes, kill, processes
from tests.process.aftermath import Aftermath, aftermath

UNFINISHED = "SELECT 1 FROM edits WHERE due_at IS NOT NULL"
ENDS = "SELECT words, state FROM edits"


@dataclass
class Uncertain:
    """What the bot could not know when it was killed, by what was asked for."""

    creates: set[str] = field(default_factory=set)
    sends: set[str] = field(default_factory=set)
    cards: set[tuple[int, int]] = field(default_factory=set)

    def note(self, world: Processes, chats: list[Chat]) -> None:
        """Look at what a killed process had written down, and at what had happened."""
        rows = world.rows("SELECT words, state, sends, chat_id, status_message_id FROM edits")
        self.creates |= {words for words, state, *_ in rows if state == "submitting"}
        self.sends |= {words for words, state, sends, *_ in rows if state == "ready" and sends}
        self.cards |= cards_of(chats) - {(chat_id, card) for *_, chat_id, card in rows}


@dataclass
class Tally:
    """How a run ended. `unexplained`: happened twice or stayed, though every process knew what it did."""

    kills: int = 0
    edits: int = 0
    delivered: int = 0
    failed: int = 0
    lost: int = 0
    paid_twice: int = 0
    shown_twice: int = 0
    stale_cards: int = 0
    wrong_size: int = 0
    unexplained: list[str] = field(default_factory=list)


async def random_kills(
    folder: Path,
    settings: Mapping[str, str],
    *,
    kills: int,
    edits: int,
    seed: int,
    seconds: float = 1.2,
    hosted_elsewhere: bool = True,
) -> tuple[Tally, Aftermath]:
    """One bot's edits and deaths. Photos hosted elsewhere are there for the provider while nobody lives."""
    chance = random.Random(seed)
    unlimited = {"RATE_LIMIT_EDITS": "0", "PERSON_LIMIT_EDITS": "0", "MAX_ACTIVE_EDITS_PER_CHAT": "1000"}
    async with processes(
        folder,
        task_seconds=lambda _: chance.uniform(0.3, 4),
        nanobanana={"callback_pause": 1.5},
        **unlimited,
        **settings,
    ) as world:
        if hosted_elsewhere:
            world.hosts_elsewhere(callbacks=True)
        people = [world.ada, *(world.telegram.people.person(name) for name in ("Grace", "Mary", "Edsger"))]
        group = world.telegram.people.group("Painters", *people)
        chats, asked, unsure = [world.ada.private, group], dict[str, Message](), Uncertain()
        for number in range(kills):
            while len(asked) < edits * (number + 1) / kills:
                count = len(asked)
                person = people[count % 4]
                chat = world.ada.private if person is world.ada else group
                photo = picture(200 + 7 * (count % 40), 530 - 5 * (count % 60))
                words = f"number {count}"
                asked[words] = person.sends_photo(photo, f"/edit@nanobanana_bot {words}", chat=chat)
            process = await world.start()
            await asyncio.sleep(chance.uniform(0.05, seconds))
            await kill(process)
            world.lease_runs_out()
            unsure.note(world, chats)
        world.writes("UPDATE edits SET due_at = created_at WHERE state = 'submitting'")  # a minute later
        async with world.bot():
            await until(lambda: len(world.rows(ENDS)) == edits and not world.rows(UNFINISHED), 150 + edits)
        tally = tallied(world, chats, asked, unsure)
        tally.kills = kills
        return tally, await aftermath(world, Counter(message.chat_id for message in asked.values()))


def tallied(world: Processes, chats: list[Chat], asked: dict[str, Message], unsure: Uncertain) -> Tally:
    ends = dict(world.rows(ENDS))
    tally = Tally(edits=len(asked), failed=sum(end == "failed" for end in ends.values()))
    painted = Counter(task.prompt for task in world.nanobanana.tasks.values() if task.flag == SUCCEEDED)
    told = set[tuple[int, int]]()
    for words, message in asked.items():
        shown = answers(chats[message.chat_id != world.ada.private.id].messages(), message)
        pictures = [m for m in shown if m.file_id]
        words_left = {(m.chat_id, m.message_id) for m in shown if not m.file_id}
        tally.delivered += bool(pictures)
        if not pictures and ends.get(words) == "failed" and words_left:
            told.add(max(words_left))
        elif not pictures:
            tally.lost += 1
        tally.wrong_size += any(size_of(m.content()) != size_of(message.content()) for m in pictures)
        tally.shown_twice += len(pictures) > 1
        tally.paid_twice += painted[words] > 1
        if len(pictures) > 1 and words not in unsure.sends:
            tally.unexplained.append(f"{words}: shown {len(pictures)} times")
        if painted[words] > 1 and words not in unsure.creates:
            tally.unexplained.append(f"{words}: paid {painted[words]} times")
    stale = cards_of(chats) - told
    tally.stale_cards = len(stale)
    tally.unexplained += [f"card {card}" for card in stale - unsure.cards]
    return tally


def cards_of(chats: list[Chat]) -> set[tuple[int, int]]:
    return {(m.chat_id, m.message_id) for chat in chats for m in said_in(chat) if not m.file_id}
