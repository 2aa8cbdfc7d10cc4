import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from bot.core.edits import ACTIVE, Edit, Extra
from bot.core.errors import Reason
from bot.core.limits import Limits, Rule, Scope
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import (
    Cancelled,
    Delivered,
    EditState,
    Failed,
    Processing,
    Ready,
    Stage,
    Submitting,
    Task,
)
from bot.core.wishes import Missing, Question, Speaker, Wish
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.edit_rows import row_of
from bot.storage.edits import SqlEditStore
from bot.storage.provider_budget import Budget, SqlProviderBudget
from bot.storage.tables import EDITS
from bot.storage.wishes import SqlWishes
from tests.factories import CHAT_ID, NO_LIMITS, NOW, RESULT, STAGES, TASK, edit, full_edit

SECOND = timedelta(seconds=1)
DELIVERED = Delivered(TASK, RESULT, 70_999, NOW)


async def keep(store: SqlEditStore, *edits: Edit) -> None:
    """As rows, at whatever stage they are."""
    async with store._database.writing() as connection:
        for one in edits:
            await connection.execute(EDITS.insert().values(row_of(one)))


@pytest.mark.parametrize("make", [edit, full_edit], ids=["sparse", "full"])
@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
async def test_every_field_comes_back_as_it_went_in(
    store: SqlEditStore, make: Callable[..., Edit], stage: Stage
) -> None:
    await keep(store, given := make(stage=stage))
    kept = await store.get(given.id)
    assert kept == given
    assert repr(kept) == repr(given)  # a StrEnum equals its string


@pytest.mark.parametrize("stage", [Failed(Reason.TASK_LOST, NOW), Cancelled(NOW)], ids=repr)
async def test_an_edit_that_ended_without_a_task_has_none(store: SqlEditStore, stage: Stage) -> None:
    await keep(store, given := edit(stage=stage))
    assert await store.get(given.id) == given


async def test_an_edit_keeps_only_what_its_stage_knows(store: SqlEditStore) -> None:
    """A failed one still knows its task, and nothing of a result any more."""
    await keep(store, ready := full_edit(stage=STAGES[EditState.READY]))
    failed = replace(ready, stage=Failed(Reason.CANNOT_SEND, NOW, TASK))
    assert await store.move(ready, failed) is failed
    assert await store.get(ready.id) == failed
    assert list(await store.durations(ready.operation, 1)) == []


async def test_moments_keep_their_zone_and_their_microseconds(store: SqlEditStore) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    await keep(store, given := edit(created_at=NOW.astimezone(india)))
    kept = await store.get(given.id)
    assert kept is not None
    assert kept.created_at == NOW
    assert kept.created_at.tzinfo == UTC


async def test_a_moment_without_a_zone_is_refused(store: SqlEditStore) -> None:
    with pytest.raises(Exception, match="timezone"):
        await store.admit(edit(created_at=NOW.replace(tzinfo=None)), NO_LIMITS, NOW)


async def test_an_unknown_edit_is_none(store: SqlEditStore) -> None:
    assert await store.get("edit-unknown") is None
    assert await store.by_callback_secret("secret_unknown") is None
    assert await store.by_message(CHAT_ID, 1) is None


async def test_a_move_writes_every_field_that_changed(store: SqlEditStore) -> None:
    before = edit()
    after = replace(full_edit(), id=before.id)
    await keep(store, before)
    assert await store.move(before, after) is after
    assert await store.get(before.id) == after


async def test_a_move_leaves_alone_what_it_did_not_change(store: SqlEditStore) -> None:
    before = edit()
    await keep(store, before)
    await store.move(before, replace(before, status_message_id=81))
    assert await store.move(before, replace(before, attempts=1)) is not None
    assert await store.get(before.id) == replace(before, status_message_id=81, attempts=1)


@pytest.mark.parametrize("state", EditState)
async def test_a_card_is_noted_in_any_state_and_what_has_ended_is_due_again(
    store: SqlEditStore, state: EditState
) -> None:
    before, later = edit(stage=STAGES[state], due_at=None, is_told=True), NOW + 9 * SECOND
    await keep(store, before)
    await store.move(before, replace(before, attempts=1))
    due_at = None if state in ACTIVE else later
    carded = replace(before, status_message_id=81, attempts=1, due_at=due_at, is_told=False)
    assert await store.note_card(before, 81, later) == carded
    assert await store.get(before.id) == carded


async def test_a_card_that_may_have_arrived_is_noted_and_nothing_else(store: SqlEditStore) -> None:
    before = edit(stage=STAGES[EditState.CANCELLED], due_at=None, is_told=True)
    await keep(store, before)
    lost = replace(before, has_lost_card=True)
    assert await store.note_card(before, None, NOW + SECOND) == lost
    assert await store.get(before.id) == lost


async def test_the_card_of_another_replicas_edit_is_not_noted(store: SqlEditStore) -> None:
    before = edit(owner="another")
    await keep(store, before)
    assert await store.note_card(replace(before, owner="mine"), 81, NOW) is None
    assert await store.get(before.id) == before


async def test_a_move_touches_no_other_edit(store: SqlEditStore) -> None:
    mine, other = edit(), edit()
    await keep(store, mine, other)
    await store.move(mine, replace(mine, stage=STAGES[EditState.READY]))
    assert await store.get(other.id) == other


async def test_the_second_mover_gets_none(store: SqlEditStore) -> None:
    before = edit()
    await keep(store, before)
    goals = [replace(before, stage=Cancelled(NOW)), replace(before, stage=Submitting())] * 10
    moves = await asyncio.gather(*(store.move(before, after) for after in goals))
    [winner] = [moved for moved in moves if moved is not None]
    assert await store.get(before.id) == winner


async def test_a_move_without_a_change_still_says_who_was_faster(store: SqlEditStore) -> None:
    before = edit()
    await keep(store, before)
    assert await store.move(before, before) is before
    await store.move(before, replace(before, stage=Cancelled(NOW)))
    assert await store.move(before, before) is None
    assert (await store.get(before.id) or before).state is EditState.CANCELLED


async def test_a_move_to_another_edit_is_a_mistake(store: SqlEditStore) -> None:
    with pytest.raises(ValueError, match="another edit"):
        await store.move(edit(), edit())


async def test_durations_are_the_last_ones_of_the_operation_oldest_first(store: SqlEditStore) -> None:
    def ready(number: int, task_seconds: float) -> Stage:
        return Ready(Task("t", NOW + number * SECOND), replace(RESULT, task_seconds=task_seconds))

    for number in (3, 1, 5, 2, 4):
        await keep(store, edit(operation="pro@4K", stage=ready(number, number)))
    await keep(
        store,
        edit(operation="pro@4K", stage=Processing(Task("t", NOW + 9 * SECOND))),
        edit(operation="other", stage=ready(9, 99)),
    )
    assert list(await store.durations("pro@4K", 3)) == [3, 4, 5]
    assert list(await store.durations("unheard-of", 3)) == []


async def test_unfinished_are_those_with_something_left_to_do_most_urgent_first(store: SqlEditStore) -> None:
    late, early = edit(due_at=NOW + SECOND), edit(due_at=NOW - SECOND)
    unsettled = edit(stage=Failed(Reason.POLICY, NOW))
    await keep(store, late, early, unsettled, edit(stage=DELIVERED, due_at=None))
    assert await store.unfinished() == [early, unsettled, late]


async def test_unfinished_are_read_page_by_page(store: SqlEditStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.edit_queries._PAGE", 2)
    edits = [edit(due_at=NOW + number // 3 * SECOND) for number in range(7)]  # several for each moment
    await keep(store, *reversed(edits))
    assert await store.unfinished() == sorted(edits, key=lambda one: (one.due_at, one.id))


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_running_edit_is_recalled_until_it_is_written(store: SqlEditStore) -> None:
    running = edit(stage=Processing(TASK))
    await keep(store, running, waiting := edit())
    assert store.recall(running.id) is None
    assert await store.get(running.id) == store.recall(running.id) == running
    assert await store.get(waiting.id) == waiting
    assert store.recall(waiting.id) is None
    await store.move(running, cancelled := replace(running, stage=Cancelled(NOW)))
    assert store.recall(running.id) is None
    assert await store.get(running.id) == cancelled
    assert store.recall(running.id) is None


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_running_edit_is_not_recalled_from_before_its_chat_moved(store: SqlEditStore) -> None:
    await keep(store, running := edit(stage=Processing(TASK)))
    await store.get(running.id)
    await store.follow_chat(running.chat_id, 7)
    assert store.recall(running.id) is None


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_was_read_while_it_was_written_is_not_recalled(store: SqlEditStore) -> None:
    await keep(store, running := edit(stage=Processing(TASK)))
    for _ in range(20):
        current, _ = await asyncio.gather(store.get(running.id), store.move(running, running))
        assert current == running
        assert store.recall(running.id) is None


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_where_others_write_too_nothing_is_recalled(store: SqlEditStore) -> None:
    await keep(store, running := edit(stage=Processing(TASK)))
    assert await store.get(running.id) == running
    assert store.recall(running.id) is None


async def test_active_edits_are_found_by_chat_and_person(store: SqlEditStore) -> None:
    edits = [edit(stage=stage, created_at=NOW - n * SECOND) for n, stage in enumerate(STAGES.values())]
    theirs, elsewhere = edit(requester_id=5, created_at=NOW + SECOND), edit(chat_id=8)
    await keep(store, *edits, theirs, elsewhere)
    mine = [one for one in reversed(edits) if one.state in ACTIVE]
    assert await store.active_of(CHAT_ID, mine[0].request.requester_id) == mine
    assert await store.active_of(CHAT_ID) == [*mine, theirs]


async def test_recent_edits_come_newest_first(store: SqlEditStore) -> None:
    edits = [edit(created_at=NOW + n * SECOND, stage=DELIVERED) for n in range(4)]
    other = edit(requester_id=5, created_at=NOW + 9 * SECOND)
    await keep(store, *edits, other, edit(chat_id=8))
    assert await store.recent_of(CHAT_ID, edits[0].request.requester_id, 3) == [edits[3], edits[2], edits[1]]
    assert await store.recent_of(CHAT_ID, None, 2) == [other, edits[3]]


async def test_an_edit_is_found_by_its_callbacks_secret_and_by_no_other(store: SqlEditStore) -> None:
    one, other = edit(callback_secret="one"), edit(created_at=NOW + SECOND)
    await keep(store, one, other)
    assert await store.by_callback_secret("one") == one
    assert await store.by_callback_secret(one.secret) is None


@pytest.mark.parametrize(
    "message",
    [
        {"photo_message_id": 555},
        {"request_message_id": 555},
        {"status_message_id": 555},
        {"stage": replace(DELIVERED, message_id=555)},
    ],
    ids=lambda message: next(iter(message)),
)
async def test_an_edit_is_found_by_each_of_its_messages(
    store: SqlEditStore, message: dict[str, object]
) -> None:
    older = edit(**message)
    newest = edit(**message, created_at=NOW + SECOND)
    later = NOW + 9 * SECOND
    elsewhere = edit(**message, chat_id=8, created_at=later)
    await keep(store, newest, older, edit(created_at=later), elsewhere)
    assert await store.by_message(CHAT_ID, 555) == newest


async def test_a_message_that_an_edit_sent_is_that_edits_though_another_was_made_of_it(
    store: SqlEditStore, chats: Chats
) -> None:
    first = edit(stage=replace(DELIVERED, message_id=900, file_message_id=901))
    second = edit(photo_message_id=900, request_message_id=905, created_at=NOW + SECOND)
    await keep(store, first, second)
    await chats.claim_extra(first.id, Extra.COMPARISON, NOW)
    await chats.note_extra(first.id, Extra.COMPARISON, 903)
    for message_id in (900, 901, 903):
        assert await store.by_message(CHAT_ID, message_id) == first
    assert await store.by_message(CHAT_ID, 905) == second
    assert await store.by_message(CHAT_ID + 1, 903) is None


async def test_a_persons_results_are_those_that_telegram_has_the_newest_first(store: SqlEditStore) -> None:
    kept = replace(DELIVERED, photo=PhotoRef("x", PhotoKind.PHOTO))
    mine = [edit(stage=kept, created_at=NOW + number * SECOND) for number in range(3)]
    await keep(
        store,
        *mine,
        edit(stage=kept, chat_id=5),
        edit(stage=kept, requester_id=5),
        edit(stage=DELIVERED),
        edit(stage=replace(kept, ended_at=NOW - SECOND)),
        edit(),
    )
    found = await store.results_of(CHAT_ID, mine[0].request.requester_id, NOW)
    assert found == [one.id for one in reversed(mine)]


async def test_old_edits_are_forgotten_once_there_is_nothing_left_to_do(store: SqlEditStore) -> None:
    long_ago = NOW - timedelta(days=40)
    ends = [Cancelled(long_ago), Failed(Reason.POLICY, long_ago), replace(DELIVERED, ended_at=long_ago)]
    forgotten = [edit(created_at=long_ago, due_at=None, stage=end) for end in ends]
    kept = [
        edit(created_at=long_ago, due_at=long_ago, stage=ends[1]),
        edit(created_at=long_ago, due_at=None, stage=replace(DELIVERED, ended_at=NOW)),
        edit(created_at=long_ago),
    ]
    await keep(store, *forgotten, *kept)
    assert await store.forget_before(NOW) == 3
    assert [await store.get(one.id) for one in (*forgotten, *kept)] == [None] * 3 + kept


async def test_files_are_kept_for_what_is_unsettled_and_results_for_a_while(store: SqlEditStore) -> None:
    ready = edit(stage=STAGES[EditState.READY])
    unsettled = edit(stage=Cancelled(NOW - timedelta(days=9)))
    fresh = edit(stage=replace(DELIVERED, ended_at=NOW), due_at=None)
    old = edit(stage=replace(DELIVERED, ended_at=NOW - SECOND), due_at=None)
    failed = edit(stage=Failed(Reason.POLICY, NOW), due_at=None)
    await keep(store, ready, unsettled, fresh, old, failed)
    assert await store.kept_names(NOW) == {
        "photo": {ready.id, unsettled.id},
        "result": {ready.id, unsettled.id, fresh.id},
    }


async def test_everything_of_a_chat_follows_it_to_its_new_id(
    database: Database, store: SqlEditStore, chats: Chats
) -> None:
    old, new = -4321, -1009876543210
    edits = [edit(chat_id=old, created_at=NOW + n * SECOND) for n in range(3)]
    bystander = edit(chat_id=8)
    await keep(store, *edits, edit(chat_id=new, created_at=NOW - SECOND), bystander)
    await chats.tell_not_allowed(old, NOW)

    for _ in range(2):  # both the old and the new chat are told of the move
        await store.follow_chat(old, new)
        assert await store.active_of(old) == []
        assert [one.id for one in await store.active_of(new)][1:] == [one.id for one in edits]
        [used] = await store.usage(new, 5, Limits((Rule(Scope.CHAT, 4, timedelta(hours=1)),)), NOW)
        assert used.left == 0
        assert await store.get(bystander.id) == bystander
        assert not await chats.tell_not_allowed(new, NOW)


async def test_the_numbers_of_messages_are_forgotten_when_a_chat_moves(
    database: Database, store: SqlEditStore, chats: Chats
) -> None:
    """A supergroup counts from 1: they would be those of other messages."""
    old, new, wishes = -4321, -1009876543210, SqlWishes(database)
    done = edit(
        chat_id=old,
        request_message_id=1,
        photo_message_id=2,
        status_message_id=3,
        stage=replace(DELIVERED, message_id=4, file_message_id=5),
    )
    await keep(store, done)
    await chats.claim_extra(done.id, Extra.COMPARISON, NOW)
    await chats.note_extra(done.id, Extra.COMPARISON, 6)
    asked = Question(7, Speaker(old, None, 5), 90, Wish("edit"), Missing.PICTURE, NOW, message_id=7)
    await wishes.ask(asked)
    assert [await store.by_message(old, number) for number in range(1, 7)] == [done] * 6

    for _ in range(2):
        await store.follow_chat(old, new)
        assert [await store.by_message(new, number) for number in range(1, 7)] == [None] * 6
        assert [await wishes.question_at(chat, 7) for chat in (old, new)] == [None, None]
        moved = await store.get(done.id)
        assert moved is not None
        assert (moved.request.photo_message_id, moved.result_message_id) == (-2, -4)
        assert await chats.sent_extra(done.id, Extra.COMPARISON) is None


async def test_what_was_sent_just_before_a_chat_moved_gets_no_number_of_the_new_chat(
    database: Database, store: SqlEditStore
) -> None:
    """It is sent, the chat moves, and only then it is written: here in each of the three writes."""
    old, new = -4321, -1009876543210
    budget = SqlProviderBudget(database, Budget(creates=9, per=SECOND, tasks=9))
    noted, entered = edit(chat_id=old), edit(chat_id=old)
    ready = edit(chat_id=old, stage=Ready(TASK, RESULT))
    await keep(store, noted, entered, ready)
    await store.follow_chat(old, new)

    card = await store.note_card(noted, 3, NOW)
    assert card is not None
    assert card.status_message_id is None
    submitting = replace(entered, stage=Submitting(), status_message_id=3)
    assert await budget.enter(entered, submitting, NOW) is not None
    assert await store.move(ready, replace(ready, stage=replace(DELIVERED, message_id=4, file_message_id=5)))

    assert [await store.by_message(new, number) for number in (3, 4, 5)] == [None] * 3
    delivered = await store.get(ready.id)
    assert delivered is not None
    assert delivered.result_message_id == -4


async def test_a_chat_that_follows_itself_stays(store: SqlEditStore, chats: Chats) -> None:
    await chats.tell_not_allowed(CHAT_ID, NOW)
    await store.follow_chat(CHAT_ID, CHAT_ID)
    assert not await chats.tell_not_allowed(CHAT_ID, NOW)


async def test_a_chat_that_moves_during_admissions_loses_none_of_them(store: SqlEditStore) -> None:
    """Who still writes under the old id is told of the move by Telegram, and follows once more."""
    admitted = [edit(chat_id=-77) for _ in range(20)]

    async def move_in_between() -> None:
        await asyncio.sleep(0.005)
        await store.follow_chat(-77, -88)

    await asyncio.gather(move_in_between(), *(store.admit(one, NO_LIMITS, NOW) for one in admitted))
    await store.follow_chat(-77, -88)
    assert len(await store.active_of(-88)) == 20
