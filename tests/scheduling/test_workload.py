from bot.core.ports import Workload
from bot.scheduling.workload import LocalWorkload


def test_there_is_room_for_fewer_than_sixteen_edits() -> None:
    work = LocalWorkload(alone=False)
    as_port: Workload = work
    for number in range(15):
        work.add(f"edit-{number}")
        work.add(f"edit-{number}")
    assert (work.count(), as_port.has_room) == (15, True)
    work.add("edit-15")
    assert not as_port.has_room
    work.discard("edit-3")
    work.discard("edit-3")
    assert (work.count(), as_port.has_room) == (15, True)


def test_a_process_that_is_alone_has_nobody_to_leave_an_edit_to() -> None:
    work = LocalWorkload(alone=True)
    for number in range(100):
        work.add(f"edit-{number}")
    assert work.has_room
