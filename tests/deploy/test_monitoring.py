"""The alert rules, the dashboard and the page about metrics speak of what the bot serves."""

import json
import re
import subprocess
from collections.abc import Mapping

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.core.errors import Reason
from bot.core.stages import EditState
from bot.web.metrics import Metrics
from tests.deploy.compose import DEPLOY, ROOT
from tests.deploy.tools import needs, tool

_SUFFIXES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}
_OF_PROMETHEUS = {"up"}
_QUOTED = re.compile(r'"[^"]*"')
_LABELS = re.compile(r"\{([^}]*)\}|\b(?:by|without)\s*\(([^)]*)\)")
_WORD = re.compile(r"(?<![\w.])[a-z_][a-z0-9_]*\b(?!\s*\()")


def served() -> set[str]:
    """The name of every series that `/metrics` can have."""
    families = text_string_to_metric_families(Metrics(lambda: 0).text().decode())
    return {
        family.name + suffix
        for family in families
        for suffix in _SUFFIXES[family.type]
        if not family.name.endswith("_created")  # when a series began: of no use here
    }


def names_in(expression: str) -> set[str]:
    """The series of a PromQL expression: its words, but for functions, labels, keywords and durations."""
    bare = _LABELS.sub(" ", _QUOTED.sub("", expression))
    bare = re.sub(r"\[[^\]]*\]", " ", bare)
    return set(_WORD.findall(bare)) - {"by", "without", "on", "ignoring", "and", "or", "unless", "offset"}


def alert_expressions() -> Mapping[str, str]:
    content = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
    return {rule["alert"]: rule["expr"] for group in content["groups"] for rule in group["rules"]}


def dashboard_expressions() -> Mapping[str, str]:
    content = json.loads((DEPLOY / "grafana.json").read_text())
    return {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in content["panels"]
        for target in panel["targets"]
    }


def test_a_series_is_told_from_what_stands_around_it() -> None:
    said = 'histogram_quantile(0.5, sum by (le, job) (rate(a_bucket{b="c d"}[5m:1m]))) / sum(up) > 1e3'
    assert names_in(said) == {"a_bucket", "up"}


@pytest.mark.parametrize("expressions", [alert_expressions(), dashboard_expressions()])
def test_every_series_that_is_asked_for_is_served(expressions: Mapping[str, str]) -> None:
    known = served() | _OF_PROMETHEUS
    asked = {what: names_in(expression) for what, expression in expressions.items()}
    assert all(asked.values())
    assert {what: names - known for what, names in asked.items() if names - known} == {}


def test_reasons_and_states_that_are_asked_for_exist() -> None:
    said = "\n".join([*alert_expressions().values(), *dashboard_expressions().values()])
    known: dict[str, set[str]] = {"reason": set(Reason), "state": set(EditState), "outcome": set(EditState)}
    for label, values in known.items():
        for found in re.findall(rf'\b{label}=~?"([^"]*)"', said):
            assert set(found.split("|")) <= values


def test_whatever_only_the_operator_can_mend_has_an_alarm() -> None:
    said = " ".join(alert_expressions().values())
    watched = {reason for found in re.findall(r'\breason=~?"([^"]*)"', said) for reason in found.split("|")}
    assert {reason for reason in Reason if reason.consequences.is_operators} <= watched
    assert Reason.RESULT_AWAY in watched, "it is paid for, and stays away until the way out is mended"


def test_every_metric_is_on_the_page_about_them_and_nothing_else_is() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    table = re.search(r"^\| metric \|.*?(?=^\s*$)", page, re.MULTILINE | re.DOTALL)
    assert table is not None
    described = set(re.findall(r"`([a-z_]+)(?:\{[a-z,]*\})?`", table.group()))
    known = {name.removesuffix("_bucket") for name in served() if not name.endswith(("_sum", "_count"))}
    assert known <= described
    assert {name for name in described if name.endswith(("_total", "_seconds"))} <= known


def test_panels_do_not_lie_on_each_other() -> None:
    panels = json.loads((DEPLOY / "grafana.json").read_text())["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_every_alert_says_what_happened_and_what_to_do() -> None:
    content = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
    for rule in content["groups"][0]["rules"]:
        assert set(rule["annotations"]) == {"summary", "todo"}


@needs("promtool")
def test_prometheus_itself_takes_the_rules() -> None:
    command = [str(tool("promtool")), "check", "rules", str(DEPLOY / "alerts.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
