"""The disk of the one Docker host is full: it is named with what to do; texts are Docker's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dcgen.test_run import FAKE, Run, calls, folder, put, run

__all__ = ["folder", "put", "run"]  # fixtures

LAYER = (
    "write /run/lab/data/overlay2/e0e2e16cb0b44f46aba7a0f55717abb03389d86b375e33419c1b9582a31400"
)
FIX = "  fix: free space there, as by `docker image prune`, and run the same command again\n"


def failing(said: str, code: int) -> str:
    """Return a `docker` whose Compose says *said* on standard error, and ends with *code*."""
    failed = f"    sys.stderr.write({said!r})\n    sys.exit({code})\n"
    return FAKE.replace('    sys.exit(9 if "bad" in host else 0)\n', failed)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(
            f" Container full-web-1  Creating\nError response from daemon: {LAYER}-init/link: no"
            " space left on device\n",
            id="a container, Engine 20.10, Compose 2.26",
        ),
        pytest.param(
            " \x1b[31m\x1b[1m✘\x1b[0m Container full-web-1  \x1b[31m\x1b[1mError response from"
            f" daemon: {LAYER}-init/.tmp-link3516573483: no space left on device\x1b[0m\r\n",
            id="a container, on a terminal, Engine 28.5, Compose 2.40",
        ),
        pytest.param(
            "Error response from daemon: Error processing tar file(exit status 1): write /data: no"
            " space left on device\n",
            id="what is sent to a build, Engine 20.10",
        ),
        pytest.param(
            f"failed to solve: ResourceExhausted: {LAYER}/diff/data: no space left on device\n\n",
            id="what is sent to a build, BuildKit",
        ),
    ],
)
def test_the_host_is_named_with_what_to_do(
    run: Run, put: Callable[[str, str], None], capfd: pytest.CaptureFixture[str], said: str
) -> None:
    put("docker", failing(said, 1))
    result = run("up", "-d", "--host", "tcp://one:1")

    assert result.exit_code == 3
    assert result.stderr.endswith(f"the disk of 'tcp://one:1' is full\n{FIX}")
    assert capfd.readouterr().err == said


@pytest.mark.parametrize("detach", [pytest.param((), id="shown"), pytest.param(("-d",), id="-d")])
def test_without_a_host_the_docker_of_this_machine_is_named(
    run: Run, put: Callable[[str, str], None], detach: tuple[str, ...]
) -> None:
    put("docker", failing("Error response from daemon: no space left on device\n", 1))
    result = run("up", "--engine", "docker", *detach)

    assert result.exit_code == 3
    assert result.stderr.endswith(f"the disk of 'unix:///var/run/docker.sock' is full\n{FIX}")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param("\x1b[36mrng-1  | \x1b[0mcp: No space left on device\n", 1, id="a service"),
        pytest.param("rng_1  | cp: No space left on device\n", 1, id="a service, by Compose 1"),
        pytest.param("manifest for rng:1 not found\n", 1, id="something else"),
        pytest.param("Error response from daemon: no space left on device\n", 0, id="no failure"),
        pytest.param("Error response from daemon: no space left on device\n", 130, id="Ctrl-C"),
    ],
)
def test_nothing_is_said_of_the_disk_without_cause(
    run: Run, put: Callable[[str, str], None], said: str, code: int
) -> None:
    put("docker", failing(said, code))
    result = run("up", "--engine", "docker")

    assert result.exit_code == code
    assert "is full" not in result.stderr


@pytest.mark.parametrize("quiet", [pytest.param((), id="shown"), pytest.param(("-q",), id="quiet")])
def test_a_build_that_is_to_be_shipped_says_so_too(
    folder: Path, run: Run, put: Callable[[str, str], None], quiet: tuple[str, ...]
) -> None:
    (folder / "compose.yml").write_text("services:\n  rng: {build: .}\n")
    put("docker", failing("failed to solve: write /data: no space left on device\n", 1))
    result = run("ship", "--registry", "192.0.2.1:5000", "--tag", "1", *quiet)

    assert result.exit_code == 3
    assert result.stderr.endswith(f"the disk of 'unix:///var/run/docker.sock' is full\n{FIX}")
    assert any("build" in call for call in calls(folder))
