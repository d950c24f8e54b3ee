"""What Compose would recreate; a `docker` on PATH stands in for it and for the daemon."""

from collections.abc import Callable

import pytest

from composefile import labels
from engine.docker.containers import LABEL, Container, Site
from engine.live.stale import stale
from engine.variant import Service

Put = Callable[[str, str], None]
SITE = Site(("docker", "compose"))
# The hash of the file is `aaa`, and `bbb` with the values of its `env_file`, as Compose has it; the
# image `haproxy` is `sha256:1`, and no other one is there.
DOCKER = """
if sys.argv[1:3] == ["image", "inspect"]:
    sys.exit(print("sha256:1") if sys.argv[-1] == "haproxy" else "No such image")
called = sys.argv[1:]
if called == ["compose", "config"]:
    sys.exit(print("the file with all values"))
if called == ["compose", "--file", "-", "config", "--hash", "app"]:
    sys.exit(print("app bbb" if sys.stdin.read() == "the file with all values\\n" else "app ccc"))
assert called == ["compose", "config", "--hash", "app"], called
print("app aaa")
"""
ROLE = f"{labels.ROLE}: balancer"


def container(config_hash: str = "", image_id: str = "") -> Container:
    noted = {f"{LABEL}config-hash": config_hash} if config_hash else {}
    mine = {labels.ROLE: "balancer", **noted}
    return Container("abc", "app", 1, labels=mine, image="haproxy", image_id=image_id or "sha256:1")


@pytest.mark.parametrize(
    ("definition", "noted"),
    [
        pytest.param(
            "image: haproxy", {"config_hash": "aaa", "image_id": "sha256:1"}, id="the same"
        ),
        pytest.param("image: haproxy", {}, id="a hash that was not noted"),
        pytest.param("image: gone", {"config_hash": "aaa"}, id="not here"),
        pytest.param(
            "image: haproxy, env_file: e", {"config_hash": "bbb"}, id="the same with env_file"
        ),
    ],
)
def test_left_alone(
    put: Put, service: Callable[[str], Service], definition: str, noted: dict[str, str]
) -> None:
    put("docker", DOCKER)
    described = service(f"{{{definition}, labels: {{{ROLE}}}}}")

    assert stale(SITE, [(described, container(**noted))]) == []


@pytest.mark.parametrize(
    ("definition", "noted"),
    [
        pytest.param("image: haproxy", {"config_hash": "bbb"}, id="another definition"),
        pytest.param(
            "image: haproxy", {"config_hash": "aaa", "image_id": "sha256:2"}, id="another image"
        ),
        pytest.param(
            "image: haproxy, env_file: e",
            {"config_hash": "bbb", "image_id": "sha256:2"},
            id="another image with env_file",
        ),
        pytest.param(
            "image: haproxy, env_file: e",
            {"config_hash": "aaa"},
            id="another value in a file of env_file",
        ),
        pytest.param("build: .", {"image_id": "sha256:2"}, id="built again"),
    ],
)
def test_recreated(
    put: Put, service: Callable[[str], Service], definition: str, noted: dict[str, str]
) -> None:
    put("docker", DOCKER)
    made = (service(f"{{{definition}, labels: {{{ROLE}}}}}"), container(**noted))

    assert stale(SITE, [made]) == [made]


def test_other_labels_of_dcgen_count_where_compose_has_no_answer(
    put: Put, service: Callable[[str], Service]
) -> None:
    put("docker", "")
    described = service(f"{{image: haproxy, labels: {{{ROLE}, {labels.OPTIONS}: mode=http}}}}")

    assert stale(SITE, [(described, container())])


@pytest.mark.usefixtures("put")
def test_nothing_is_asked_of_nobody() -> None:
    assert stale(SITE, []) == []
