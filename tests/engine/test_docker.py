"""Which Compose is called, and whether a daemon answers; a `docker` on PATH stands in for it."""

from collections.abc import Callable

import pytest

from engine.docker import compose as docker
from faults import HostError

Put = Callable[[str, str], None]


NO_PLUGIN = "sys.exit(0 if sys.argv[1:2] == ['version'] else 1)"


def test_the_plugin_is_called(put: Put) -> None:
    put("docker", "print('2.30.0')")

    assert docker.compose(v1=False) == ("docker", "compose")


def test_without_plugin_the_standalone_compose_is_called(put: Put) -> None:
    put("docker", NO_PLUGIN)
    put("docker-compose", "print('2.30.0')")

    assert docker.compose(v1=False) == ("docker-compose",)


def test_a_file_in_the_first_format_needs_compose_1(put: Put) -> None:
    put("docker", "print('2.30.0')")
    put("docker-compose", "print('1.29.2')")

    assert docker.compose(v1=True) == ("docker-compose",)


def test_a_newer_compose_for_the_first_format_is_refused_by_version(put: Put) -> None:
    put("docker-compose", "print('2.30.0')")

    with pytest.raises(HostError, match=r"needs docker-compose 1.x.*found 2.30.0"):
        docker.compose(v1=True)


@pytest.mark.usefixtures("put")
def test_no_docker_at_all_is_said() -> None:
    with pytest.raises(HostError, match="there is no Docker on this machine"):
        docker.compose(v1=False)
    assert docker.trouble() == "there is no 'docker' command on PATH"


def test_a_daemon_that_answers_is_no_trouble(put: Put) -> None:
    put("docker", "print('28.0')")

    assert docker.trouble() is None


def test_a_daemon_that_does_not_answer_is_named_with_its_reason(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
    put("docker", "sys.exit('connection refused')")

    with pytest.raises(HostError) as caught:
        docker.require()
    assert "'tcp://192.0.2.1:2375' (connection refused)" in caught.value.what
    assert "DOCKER_HOST" in caught.value.fix
    assert caught.value.exit_code == 3


def test_a_silent_daemon_is_given_up_soon(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "ANSWERS_WITHIN_S", 0.2)
    put("docker", "time.sleep(60)")

    assert "no Docker daemon answers" in (docker.trouble() or "")
