"""The dashboard asks for metrics that a real HAProxy has, about the names that ours have."""

import json
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lb.balancer import balancer
from lb.model import Address, Control, Options
from tests.lb.processes import bind, get, listener, needs, start_haproxy

DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana" / "dcgen.json"


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return found


def queries(dashboard: dict[str, Any]) -> list[str]:
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked = [part["query"] for part in dashboard["templating"]["list"]]
    return panels + asked


@needs("haproxy")
@pytest.mark.parametrize("words", ["", "mode=http"])
def test_every_metric_exists(words: str, dashboard: dict[str, Any], tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        listening, page = listener(cleanup), listener(cleanup)
        configuration = balancer(
            "rng",
            {80: [Address("127.0.0.1", 9)]},
            options=Options.parse(words),
            binds={80: bind(listening)},
            control=Control(health_port=None, socket=None, stats=bind(page)),
        )
        start_haproxy(configuration, tmp_path, cleanup, fds=[listening.fileno(), page.fileno()])
        metrics = get(int(page.getsockname()[1]), "/metrics")[1]

    known = set(re.findall(r"^# TYPE (haproxy_\w+)", metrics, re.MULTILINE))
    wanted = {name for query in queries(dashboard) for name in re.findall(r"haproxy_\w+", query)}
    assert wanted - known == set()
    assert len(wanted) > 15


def test_services_are_found_by_the_names_of_their_pools(dashboard: dict[str, Any]) -> None:
    service = next(part for part in dashboard["templating"]["list"] if part["name"] == "service")
    pattern = service["regex"].strip("/")

    names = [proxy.name for proxy in balancer("rng-a", {80: [Address("a", 1)]}).proxies]

    assert [re.sub(f"^{pattern}$", r"\1", name) for name in names] == ["rng-a"]


def test_no_two_panels_lie_on_each_other(dashboard: dict[str, Any]) -> None:
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in dashboard["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
