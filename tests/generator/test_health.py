"""`--health from-healthcheck`: HAProxy asks what the service asks itself, if it is plain HTTP."""

from pathlib import Path

import pytest

from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from faults import UserError
from generator.services.healthcheck import health_options
from tests.generator.compose import scale


def words(check: str) -> str:
    text = f"services:\n  app:\n    image: app\n    expose: [80, 8080]\n    healthcheck: {check}\n"
    found = health_options(Model(load(text, "compose.yml"), Project(Path())), "app", [80, 8080])
    return found.complete().words()


@pytest.mark.parametrize(
    ("test", "path"),
    [
        pytest.param('"curl -f http://localhost/ok"', "/ok", id="curl"),
        pytest.param("[CMD, curl, -fsS, 'http://127.0.0.1:8080/ok']", "/ok", id="a list"),
        pytest.param("[CMD-SHELL, 'curl -f http://localhost:8080 || exit 1']", "/", id="no path"),
        pytest.param("'wget -qO- http://localhost:8080/ok?a=1'", "/ok?a=1", id="wget"),
        pytest.param(
            "'wget -qO- \"http://localhost:8080/ok?a=1&b=2\"'", "/ok?a=1&b=2", id="ampersand"
        ),
        pytest.param("'wget --spider -q 0.0.0.0:8080/ping'", "/ping", id="no scheme"),
        pytest.param("'curl -f \"http://[::1]:8080/ok\" >/dev/null'", "/ok", id="quotes"),
    ],
)
def test_path_is_that_of_the_health_check(test: str, path: str) -> None:
    assert words(f"{{test: {test}}}").split()[0] == f"health-path={path}"


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param("", "health-interval=30 health-timeout=30", id="as Docker does"),
        pytest.param(
            ", interval: 1m30s, timeout: 500ms",
            "health-interval=90 health-timeout=0.5",
            id="as written",
        ),
    ],
)
def test_it_is_asked_as_seldom_and_may_take_as_long(times: str, expected: str) -> None:
    assert words(f"{{test: curl -f localhost:80{times}}}").endswith(expected)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://localhost/ok", "health-port=80", id="as HAProxy asks anyway"),
        pytest.param(
            "http://localhost:8080/", "health-host=localhost:8080 health-port=8080", id="port"
        ),
        pytest.param("http://127.0.0.1/", "health-host=127.0.0.1 health-port=80", id="address"),
        pytest.param("http://[::1]:80/", "health-host=[::1] health-port=80", id="IPv6"),
    ],
)
def test_host_and_port_are_those_of_the_url(url: str, expected: str) -> None:
    found = words(f"{{test: 'curl -f {url}'}}")

    assert found.removeprefix(found.split()[0]).partition(" health-interval")[0].strip() == expected


def test_another_port_of_the_container_is_asked_there() -> None:
    source = "services:\n  app:\n    image: app\n    expose: [80]\n    healthcheck:\n"
    source += "      test: curl -f -m 3 http://localhost:8081/ready\n"
    made = scale(source, "app", derive_health=True)

    expected = "health-path=/ready health-host=localhost:8081 health-port=8081"
    assert made.value("app", "labels")["dcgen.options"].startswith(f"{expected} ")
    assert "default-server check port 8081 inter 30s" in made.text
    assert "timeout check 3s" in made.text
    assert [line.partition(" of ")[0] for line in made.warnings] == [
        "compose.yml:5: HAProxy asks port 8081"
    ]


@pytest.mark.parametrize(
    "check",
    [
        pytest.param("{disable: true}", id="none"),
        pytest.param("{test: [NONE]}", id="switched off"),
        pytest.param("{test: pg_isready}", id="another tool"),
        pytest.param("{test: curl -f https://localhost/}", id="encrypted"),
        pytest.param("{test: 'curl -f -H a http://localhost/'}", id="a header"),
        pytest.param("{test: curl -X POST http://localhost/}", id="another method"),
        pytest.param("{test: curl http://localhost/}", id="any answer is a success"),
        pytest.param("{test: 'wget -qO- http://localhost/a&b=2'}", id="in the background"),
        pytest.param("{test: curl -f http://example.com/}", id="another host"),
        pytest.param("{test: 'curl -f http://localhost/$$PATH'}", id="a variable"),
    ],
)
def test_what_is_no_plain_question_is_refused(check: str) -> None:
    with pytest.raises(UserError, match="no plain HTTP request") as caught:
        words(check)

    assert "--health-path" in caught.value.fix
    assert str(caught.value.where) == "compose.yml:5"


def test_a_path_that_haproxy_cannot_ask_for_is_said_once() -> None:
    with pytest.raises(UserError) as caught:
        words("{test: curl -f http://localhost:8000/é}")

    assert caught.value.what == (
        "no plain HTTP request is the `healthcheck` of 'app': '/é' is not a value of health-path"
    )


@pytest.mark.parametrize(
    ("check", "seconds"),
    [
        pytest.param("{test: pg_isready, start_period: 90s}", "180s", id="that of the start"),
        pytest.param("{test: ok, interval: 5s, retries: 30}", "150s", id="that of all failures"),
        pytest.param("{test: ok, start_period: 1m, interval: 500ms, retries: 5}", "63s", id="both"),
        pytest.param("{test: ok, interval: 1s}", "10s", id="at least as before"),
        pytest.param("{disable: true}", "10s", id="none"),
        pytest.param("{test: [NONE]}", "10s", id="switched off"),
    ],
)
def test_a_balancer_waits_as_long_as_the_health_check_of_its_service(
    check: str, seconds: str
) -> None:
    source = f"services:\n  rng:\n    image: app\n    expose: [80]\n    healthcheck: {check}\n"
    once = scale(source, "rng", 2)
    again = scale(once.variant.text, "rng", 3)

    for made in (once, again):
        assert made.value("rng", "healthcheck")["start_period"] == seconds
