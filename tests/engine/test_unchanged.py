"""Whether an `up` would change nothing; a `docker` on PATH stands in for daemon and Compose."""

from collections.abc import Callable

import pytest

from engine.docker.containers import LABEL, Site
from engine.docker.unchanged import is_unchanged
from engine.variant import Variant
from faults import HostError

Put = Callable[[str, str], None]
# One `web` runs, made from a definition with the hash `h1`, of the image `sha256:1`.
DOCKER = f"""
import json
labels = {{"{LABEL}service": "web", "{LABEL}project": "shop", "{LABEL}config-hash": "h1"}}
if sys.argv[1] == "ps":
    print("web1\\tweb\\tweb\\tFalse")
elif sys.argv[1] == "inspect":
    state = {{"Running": True, "Health": {{"Status": "%(health)s"}}}}
    print(json.dumps([labels, state, "sha256:1", "i"]))
elif sys.argv[1] == "image":
    print("%(image)s")
elif "%(hash)s":
    print("web %(hash)s")
else:
    sys.exit("no such file")
"""
SAME = {"health": "healthy", "image": "sha256:1", "hash": "h1"}


@pytest.fixture
def ask(put: Put, variant: Callable[[str], Variant]) -> Callable[..., bool]:
    """Give a function that asks it of a Docker that says *said*."""

    def asked(said: dict[str, str], services: str = "{web: {image: i}}", *, healthy: bool) -> bool:
        put("docker", DOCKER % said)
        site = Site(("docker", "compose"), project="shop")
        return is_unchanged(site, variant(f"services: {services}\n"), "web", healthy=healthy)

    return asked


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"hash": "h2"}, False, id="definition"),
        pytest.param({"image": "sha256:2"}, False, id="image"),
        pytest.param({"health": "starting"}, False, id="health"),
    ],
)
def test_what_is_another_is_a_change(
    ask: Callable[..., bool], other: dict[str, str], *, is_same: bool
) -> None:
    assert ask(SAME | other, healthy=True) is is_same


def test_what_starts_is_no_change_if_nobody_waits(ask: Callable[..., bool]) -> None:
    assert ask(SAME | {"health": "starting"}, healthy=False)


def test_another_number_is_a_change_whatever_compose_says(ask: Callable[..., bool]) -> None:
    assert not ask(SAME | {"hash": ""}, "{web: {image: i, scale: 2}}", healthy=False)


def test_a_compose_that_fails_is_an_error(ask: Callable[..., bool]) -> None:
    with pytest.raises(HostError, match="no such file"):
        ask(SAME | {"hash": ""}, healthy=False)
