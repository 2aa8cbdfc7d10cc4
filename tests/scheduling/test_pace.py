from datetime import timedelta

import pytest

from bot.core.edits import EditState, Held, Processing
from bot.core.pacing import Pacing
from bot.scheduling.pace import Pace
from tests.factories import NOW, STAGES, TASK, edit


class Line:
    def wait_seconds(self, edit_id: str) -> float:  # noqa: ARG002
        return 12.0


def pace(random: float = 0.5) -> Pace:
    return Pace(Pacing(5, timedelta(minutes=5)), Line(), lambda: random)


def test_a_running_task_is_looked_at_at_its_own_pace() -> None:
    trigger = pace().trigger(edit(stage=Processing(TASK), created_at=NOW - timedelta(hours=1)))
    assert trigger.since == TASK.submitted_at
    started = TASK.submitted_at
    assert trigger.get_next_fire_time(None, started) == started + timedelta(seconds=5)
    late = started + timedelta(seconds=100)
    assert trigger.get_next_fire_time(started, late) == late + timedelta(seconds=10)


@pytest.mark.parametrize("state", sorted(set(EditState) - {EditState.PROCESSING, EditState.HELD}))
def test_any_other_edit_is_looked_at_as_the_line_moves(state: EditState) -> None:
    trigger = pace().trigger(edit(stage=STAGES[state]))
    assert trigger.since == NOW
    assert trigger.get_next_fire_time(None, NOW) == NOW + timedelta(seconds=12)


@pytest.mark.parametrize(("random", "seconds"), [(0.0, 4.5), (1.0, 5.5)])
def test_looks_do_not_stay_in_step(random: float, seconds: float) -> None:
    trigger = pace(random).trigger(edit(stage=Processing(TASK)))
    assert trigger.get_next_fire_time(None, TASK.submitted_at) == TASK.submitted_at + timedelta(
        seconds=seconds
    )


def test_thousands_of_tasks_found_at_once_are_looked_at_one_after_another() -> None:
    running, waiting = edit(stage=Processing(TASK)), edit()
    assert pace().spread(running, 0) == timedelta(seconds=0.5)
    assert pace().spread(running, 1000) == timedelta(seconds=4.5)
    assert pace().spread(waiting, 1000) == timedelta(seconds=0.5)


def test_a_held_edit_is_looked_at_now_and_then_and_at_its_time() -> None:
    trigger = pace().trigger(edit(stage=Held(NOW + timedelta(seconds=40))))
    moments = [NOW]
    for _ in range(4):
        moments.append(trigger.get_next_fire_time(None, moments[-1]))
    assert [(at - NOW).total_seconds() for at in moments] == [0, 15, 30, 40, 55]
