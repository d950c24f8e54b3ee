"""The statistics page and Prometheus' metrics, served by a real HAProxy."""

import base64
import http.client
from contextlib import ExitStack
from pathlib import Path

import pytest

from faults import UserError
from lb.balancer import balancer
from lb.model import Address, Control, Options
from lb.render import render
from tests.lab.waiting import until
from tests.lb.processes import bind, get, listener, needs, start_haproxy

SERVERS = {80: [Address("127.0.0.1", 9)]}
VARIABLE = "HAPROXY_STATS_PASSWORD"


def start(folder: Path, cleanup: ExitStack) -> int:
    listening, page = listener(cleanup), listener(cleanup)
    control = Control(health_port=None, socket=None, stats=bind(page))
    configuration = balancer("rng", SERVERS, binds={80: bind(listening)}, control=control)
    start_haproxy(configuration, folder, cleanup, fds=[listening.fileno(), page.fileno()])
    return int(page.getsockname()[1])


def status(port: int, path: str, user: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        token = base64.b64encode(user.encode()).decode()
        connection.request("GET", path, headers={"Authorization": f"Basic {token}"})
        return connection.getresponse().status
    finally:
        connection.close()


@needs("haproxy")
@pytest.mark.parametrize("path", ["/", "/haproxy?stats"])
def test_page_names_each_server(path: str, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        code, page = get(start(tmp_path, cleanup), path)

    assert code == 200
    assert "rng-80/127.0.0.1" in page


@needs("haproxy")
def test_metrics_count_each_server(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        metrics = get(start(tmp_path, cleanup), "/metrics")[1]

    assert 'haproxy_server_sessions_total{proxy="rng-80",server="127.0.0.1"} 0\n' in metrics


@needs("haproxy")
@pytest.mark.parametrize("path", ["/", "/metrics"])
@pytest.mark.parametrize(
    ("user", "code"),
    [
        pytest.param("", 401, id="nobody"),
        pytest.param("admin:", 401, id="without a password"),
        pytest.param("admin:another", 401, id="with another"),
        pytest.param("admin:se $cret", 200, id="with the right one"),
    ],
)
def test_password_in_the_environment_is_asked_for(
    path: str, user: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "se $cret")
    with ExitStack() as cleanup:
        port = start(tmp_path, cleanup)

        until(lambda: status(port, path, user) == code, f"the answer is {code}")


def test_nothing_shows_statistics_unless_asked() -> None:
    assert "stats uri" not in render(balancer("rng", SERVERS))


def test_option_makes_the_page_listen_on_its_port() -> None:
    text = render(balancer("rng", SERVERS, options=Options.parse("stats=8404")))

    assert "\nfrontend stats\n    mode http\n    bind :8404\n" in text


def test_health_frontend_makes_room_for_the_page() -> None:
    configuration = balancer("rng", SERVERS, options=Options(stats="8405"))

    assert configuration.health_bind == "127.0.0.1:8406"


def test_port_of_the_service_is_not_given_to_the_page() -> None:
    with pytest.raises(UserError, match="port 80 is the service's"):
        balancer("rng", SERVERS, options=Options(stats="80"))
