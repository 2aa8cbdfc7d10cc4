from datetime import timedelta

from bot.core.edits import EditState, Failed
from bot.core.errors import Reason
from bot.core.ports import Observer
from bot.web.metrics import Metrics
from tests.factories import NOW, STAGES, TASK, edit


def lines(metrics: Metrics) -> list[str]:
    return metrics.text().decode().splitlines()


def test_moves_and_failures_are_counted_by_what_they_are() -> None:
    metrics = Metrics(lambda: 0)
    observer: Observer = metrics
    observer.moved(edit(), NOW)
    observer.moved(edit(stage=STAGES[EditState.DELIVERED]), NOW + timedelta(seconds=25))
    observer.moved(edit(stage=Failed(Reason.TIMED_OUT, NOW, TASK)), NOW)
    said = lines(metrics)
    for state in ("received", "delivered", "failed"):
        assert f'edit_moves_total{{state="{state}"}} 1.0' in said
    failures = [line for line in said if line.startswith("edit_failures_total")]
    assert failures == ['edit_failures_total{reason="timed_out"} 1.0']
    assert 'edit_seconds_sum{outcome="delivered"} 25.0' in said
    assert not [line for line in said if line.startswith('edit_seconds_sum{outcome="received"')]


def test_tasks_refusals_and_calls_are_counted() -> None:
    metrics = Metrics(lambda: 0)
    metrics.looked()
    metrics.found_done("nano-banana@1K", 17.0, -0.5)
    metrics.refused(Reason.LIMIT_REACHED)
    metrics.called("telegram", "429")
    said = lines(metrics)
    assert "task_looks_total 1.0" in said
    assert 'task_seconds_sum{operation="nano-banana@1K"} 17.0' in said
    assert "task_detection_seconds_sum 0.0" in said
    assert 'requests_refused_total{reason="limit_reached"} 1.0' in said
    assert 'outgoing_calls_total{service="telegram",status="429"} 1.0' in said


def test_the_edits_that_have_a_job_are_counted_when_somebody_asks() -> None:
    jobs = ["edit-1"]
    metrics = Metrics(lambda: len(jobs))
    assert "edits_unfinished 1.0" in lines(metrics)
    jobs += ["edit-2", "edit-3"]
    assert "edits_unfinished 3.0" in lines(metrics)
