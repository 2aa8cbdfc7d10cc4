import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import Reason
from bot.core.look_budget import LookBudget
from bot.core.pacing import Pacing
from bot.core.stages import Cancelled, EditState, Failed, Held, Processing
from bot.scheduling.pace import Pace
from tests.factories import NOW, STAGES, TASK, edit


class Line:
    def wait_seconds(self, edit_id: str) -> float:  # noqa: ARG002
        return 12.0


def pace(random: float = 0.5) -> Pace:
    return Pace(Pacing(5, timedelta(minutes=5), LookBudget(10)), Line(), lambda: random)


def test_a_running_task_is_looked_at_at_its_own_pace() -> None:
    trigger = pace().follow(edit(stage=Processing(TASK), created_at=NOW - timedelta(hours=1)))
    assert trigger.since == TASK.submitted_at
    started = TASK.submitted_at
    assert trigger.get_next_fire_time(None, started) == started + timedelta(seconds=5)
    late = started + timedelta(seconds=298)
    assert trigger.get_next_fire_time(started, late) == late + timedelta(seconds=2)


@pytest.mark.parametrize("state", sorted(set(EditState) - {EditState.PROCESSING, EditState.HELD}))
def test_any_other_edit_is_looked_at_as_the_line_moves(state: EditState) -> None:
    trigger = pace().follow(edit(stage=STAGES[state]))
    assert trigger.since == NOW
    assert trigger.get_next_fire_time(None, NOW) == NOW + timedelta(seconds=12)


@pytest.mark.parametrize(("random", "seconds"), [(0.0, 10.8), (1.0, 13.2)])
def test_those_in_the_line_do_not_stay_in_step(random: float, seconds: float) -> None:
    trigger = pace(random).follow(edit())
    assert trigger.get_next_fire_time(None, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("state", EditState)
def test_a_trigger_keeps_no_edit_in_memory(state: EditState) -> None:
    followed, made = edit(stage=STAGES[state]), pace()
    references = sys.getrefcount(followed)
    trigger = made.follow(followed)
    assert sys.getrefcount(followed) == references, trigger


def test_a_task_shares_the_looks_as_long_as_it_runs() -> None:
    made = pace()
    alone = made.budget.of_a_task
    for edit_id in ("one", "two"):
        assert made.follow(edit(id=edit_id, stage=Processing(TASK))).looks
    assert made.budget.of_a_task == alone / 2
    assert not made.follow(edit(id="two", stage=STAGES[EditState.READY])).looks
    assert made.budget.of_a_task == alone


def test_a_task_that_nobody_waits_for_shares_them_too() -> None:
    cancelled = edit(stage=Cancelled(NOW, TASK), runs_until=NOW + timedelta(minutes=5))
    assert pace().follow(replace(cancelled, is_told=True)).looks
    assert not pace().follow(cancelled).looks  # what is next is to say so in the chat


def test_thousands_of_tasks_found_at_once_are_looked_at_one_after_another() -> None:
    made = pace()
    waits = [
        (made.first_run(edit(id=str(number), stage=Processing(TASK)), NOW) - NOW).total_seconds()
        for number in range(1000)
    ]
    assert waits == sorted(waits)
    assert waits[0] == 0
    assert waits[-1] == pytest.approx(1000 / 10, abs=1)


def test_thousands_of_late_tasks_are_looked_at_slowly_and_make_no_other_look_rarer() -> None:
    made = pace()
    alone = made.budget.of_a_task
    late = edit(stage=Failed(Reason.TIMED_OUT, NOW, TASK), is_late=True, is_told=True, due_at=NOW)
    many = [replace(late, id=str(number)) for number in range(5000)]
    waits = [(made.first_run(each, NOW) - NOW).total_seconds() for each in many]
    assert waits[-1] == pytest.approx(5000, abs=10)
    assert all(made.follow(each).is_late for each in many)
    assert made.budget.of_a_task == alone
    assert made.first_run(edit(stage=Processing(TASK)), NOW) == NOW


def test_a_late_task_keeps_its_place_until_its_job_looks() -> None:
    made = pace()
    late = edit(stage=Failed(Reason.TIMED_OUT, NOW, TASK), is_late=True, is_told=True, due_at=NOW)
    for number in range(9):
        made.first_run(replace(late, id=str(number)), NOW)
    at = made.first_run(late, NOW)
    made.follow(late)
    assert made.budget.place(late.id, at, is_late=True) == at


def test_a_late_task_that_is_not_due_takes_no_place() -> None:
    made, due_at = pace(), NOW + timedelta(minutes=5)
    late = edit(stage=Failed(Reason.TIMED_OUT, NOW, TASK), is_late=True, is_told=True, due_at=due_at)
    for number in range(9):
        assert made.first_run(replace(late, id=str(number)), NOW) == due_at
    assert made.first_run(replace(late, due_at=NOW), NOW) == NOW


def test_what_waits_for_something_else_is_not_held_up_by_them() -> None:
    made = pace()
    for number in range(1000):
        made.first_run(edit(id=str(number), stage=Processing(TASK)), NOW)
    assert made.first_run(edit(), NOW) == NOW + timedelta(seconds=0.5)


def test_a_held_edit_is_looked_at_now_and_then_and_at_its_time() -> None:
    trigger = pace().follow(edit(stage=Held(NOW + timedelta(seconds=40))))
    moments = [NOW]
    for _ in range(4):
        moments.append(trigger.get_next_fire_time(None, moments[-1]))
    assert [(at - NOW).total_seconds() for at in moments] == [0, 15, 30, 40, 55]
