"""Lines of a command as they come; a `docker` on PATH stands in for Compose."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.docker.containers import Site
from engine.docker.following import follow
from engine.hosts import DEFAULT_HOST, Host
from engine.underway import Underway
from faults import HostError

Put = Callable[[str, str], None]
SITE = Site(("docker", "compose", "-f", "shop.yml"))


def test_each_line_comes_before_the_command_ends(put: Put, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    wait = f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    put("docker", f"print('web Pulling', flush=True)\n{wait}\nprint('web Pulled')")

    lines = follow(SITE, "up", "--detach")
    first = next(lines)
    gate.touch()

    assert first == Underway(DEFAULT_HOST, "web Pulling")
    assert [one.text for one in lines] == ["web Pulled", ""]


@pytest.mark.parametrize(
    ("line", "lasting"),
    [
        pytest.param("web Pulling", True, id="a pull begins"),
        pytest.param("#7 [2/3] RUN pip install flask", True, id="a step of a build"),
        pytest.param("Step 2/3 : RUN pip install flask", True, id="a step of an older build"),
        pytest.param(" c6a83fedfae6 Downloading [====>  ] 1MB/3MB", False, id="a part of a layer"),
        pytest.param(" c6a83fedfae6 Pulling fs layer", False, id="a layer"),
        pytest.param(" Container shop-web-1  Created", False, id="a container"),
        pytest.param(" Network shop_default  Created", False, id="a network"),
    ],
)
def test_what_is_repeated_or_told_otherwise_does_not_last(
    put: Put, line: str, *, lasting: bool
) -> None:
    put("docker", f"print({line!r}, file=sys.stderr)")

    assert next(follow(SITE, "up")) == Underway(DEFAULT_HOST, line.strip(), lasting)


def test_a_failure_quotes_the_last_line_and_the_command(put: Put) -> None:
    put("docker", "print('#1 DONE'); print('pull access denied', file=sys.stderr); sys.exit(1)")
    said = []

    with pytest.raises(HostError) as caught:
        said.extend(follow(SITE, "build", "web"))

    assert "'docker compose -f shop.yml build web' failed: pull access denied" in caught.value.what
    assert "docker compose -f shop.yml build web" in (caught.value.fix or "")


def test_a_host_that_cannot_be_reached_is_an_error(put: Put) -> None:
    put("docker", "")
    host = Host("ssh://nowhere", trouble=HostError("no way to nowhere", fix="start it"))

    with pytest.raises(HostError, match=r"failed on ssh://nowhere: .*start it"):
        list(follow(Site(("docker", "compose"), host), "up"))
