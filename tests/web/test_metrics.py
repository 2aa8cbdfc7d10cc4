from datetime import timedelta
from pathlib import Path

from bot import VERSION
from bot.core.edits import Waste
from bot.core.errors import Reason
from bot.core.ports import Observer
from bot.core.stages import Cancelled, EditState, Failed
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
        assert f'nanobanana_bot_edit_moves_total{{state="{state}"}} 1.0' in said
    failures = [line for line in said if line.startswith("nanobanana_bot_edit_failures_total")]
    counted = [line for line in failures if not line.endswith(" 0.0")]
    assert counted == ['nanobanana_bot_edit_failures_total{reason="timed_out"} 1.0']
    assert len(failures) == len(Reason), "an alarm sees the first one as a rise from zero"
    assert 'nanobanana_bot_edit_seconds_sum{outcome="delivered"} 25.0' in said
    assert not [
        line for line in said if line.startswith('nanobanana_bot_edit_seconds_sum{outcome="received"')
    ]


def test_what_was_paid_for_in_vain_is_counted_by_whether_it_was_forgiven() -> None:
    metrics = Metrics(lambda: 0)
    assert 'nanobanana_bot_edits_wasted_total{waste="forgiven"} 0.0' in lines(metrics)
    metrics.moved(edit(stage=Cancelled(NOW, TASK), waste=Waste.FORGIVEN), NOW)
    metrics.moved(edit(stage=Failed(Reason.POLICY, NOW, TASK), waste=Waste.CHARGED), NOW)
    metrics.moved(edit(stage=Cancelled(NOW)), NOW)
    said = lines(metrics)
    for waste in Waste:
        assert f'nanobanana_bot_edits_wasted_total{{waste="{waste}"}} 1.0' in said


def test_tasks_refusals_and_calls_are_counted() -> None:
    metrics = Metrics(lambda: 0)
    metrics.looked()
    metrics.found_done("nano-banana@1K", 17.0, -0.5)
    metrics.refused(Reason.LIMIT_REACHED)
    metrics.called("telegram", "429")
    said = lines(metrics)
    assert "nanobanana_bot_task_looks_total 1.0" in said
    assert 'nanobanana_bot_task_seconds_sum{operation="nano-banana@1K"} 17.0' in said
    assert "nanobanana_bot_task_detection_seconds_sum 0.0" in said
    assert 'nanobanana_bot_requests_refused_total{reason="limit_reached"} 1.0' in said
    assert 'nanobanana_bot_outgoing_calls_total{service="telegram",status="429"} 1.0' in said


def test_the_edits_that_have_a_job_are_counted_when_somebody_asks() -> None:
    jobs = ["edit-1"]
    metrics = Metrics(lambda: len(jobs))
    assert "nanobanana_bot_edits_unfinished 1.0" in lines(metrics)
    jobs += ["edit-2", "edit-3"]
    assert "nanobanana_bot_edits_unfinished 3.0" in lines(metrics)


def test_what_waits_and_what_is_left_is_told_as_it_was_found() -> None:
    metrics = Metrics(lambda: 0)
    said = lines(metrics)
    assert "nanobanana_bot_credits_left NaN" in said  # not asked yet
    assert f'nanobanana_bot_build_info{{version="{VERSION}"}} 1.0' in said
    metrics.found_waiting({Reason.OUT_OF_CREDIT: 3, "turn": 1})
    metrics.found_credits(95.5)
    metrics.found_spent({"nano-banana": 12, "nano-banana-pro 4K": 24})
    said = lines(metrics)
    assert 'nanobanana_bot_edits_waiting{reason="out_of_credit"} 3.0' in said
    assert "nanobanana_bot_credits_left 95.5" in said
    assert 'nanobanana_bot_credits_spent{operation="nano-banana"} 12.0' in said
    metrics.found_spent({})
    assert not [line for line in lines(metrics) if line.startswith("nanobanana_bot_credits_spent{")]
    metrics.found_waiting({"turn": 2})
    waiting = [line for line in lines(metrics) if line.startswith("nanobanana_bot_edits_waiting")]
    assert waiting == ['nanobanana_bot_edits_waiting{reason="turn"} 2.0']


def test_the_version_is_the_packages() -> None:
    assert f'version = "{VERSION}"' in (Path(__file__).parents[2] / "pyproject.toml").read_text()
