"""The error for a command of Docker's that failed: a command that is shown can be pasted."""

import shlex

import pytest

from engine.docker.containers import failed
from engine.hosts import DEFAULT_HOST, Host

LISTING = (
    *("docker", "ps", "--all", "--no-trunc", "--filter=label=com.docker.compose.project=shop"),
    *("--format", '{{.ID}}\t{{.Label "com.docker.compose.service"}}'),
)
SHOWN = "run it to see all of its output: "


def test_a_command_is_shown_whole_and_for_a_shell() -> None:
    error = failed(DEFAULT_HOST, LISTING, "Cannot connect\nIs the docker daemon running?")

    shown = error.fix.removeprefix(SHOWN)
    assert [word.replace("\\t", "\t") for word in shlex.split(shown)] == list(LISTING)
    assert error.what.endswith(" failed: Is the docker daemon running?")
    assert error.reasons == ()


@pytest.mark.parametrize(
    ("host", "before"),
    [
        pytest.param(Host("tcp://far:1"), "DOCKER_HOST=tcp://far:1", id="an address"),
        pytest.param(Host("ssh://far", "n", "far"), "DOCKER_CONTEXT=far", id="a context"),
    ],
)
def test_it_is_shown_for_its_host(host: Host, before: str) -> None:
    assert failed(host, ("docker", "ps"), "").fix == f"{SHOWN}{before} docker ps"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("docker", "compose", "-f", "-", "up", "--detach"), id="it reads ours"),
        pytest.param(("docker", "exec", "a", "sh", "-c", "one\ntwo"), id="a script"),
        pytest.param(("docker", "inspect", *["0" * 64] * 9), id="it is long"),
    ],
)
def test_one_that_nobody_can_paste_is_not_shown_but_what_it_said(command: tuple[str, ...]) -> None:
    error = failed(DEFAULT_HOST, command, "pulling\nno such image\nit failed\n")

    assert error.what.endswith(" failed: it failed")
    assert error.reasons == ("pulling", "no such image")
    assert error.fix == "see whether Docker answers: docker info"
