"""DockerCoins' variants are what dcgen makes today, and mean what the workshop wrote by hand."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
VARIANTS = ROOT / "compose-variants"
NAMES = ("scaled-rng", "extra-hosts", "ambassador")
CLUSTERS = ("swarm", "kubernetes")
PORTS = {"rng": ["8001:80"], "hasher": ["8002:80"], "webui": ["8000:80"]}


def services(path: Path) -> dict[str, Any]:
    """Return the services of a v1 file without their labels, their build as a folder's name."""
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text())
    for body in found.values():
        body.pop("labels", None)
        if "build" in body:
            folder = (path.parent / body["build"]).resolve()
            assert folder.is_dir()
            body["build"] = folder.name
    return found


def v1(name: str) -> dict[str, Any]:
    return services(VARIANTS / name / "v1" / "docker-compose.yml")


def calls() -> set[str]:
    script = (ROOT / "bin" / "variants").read_text()
    lines = re.findall(r"^(?:variant|cluster) \S+ (.+)$", script, re.MULTILINE)
    return {f"dcgen {words}" for words in lines}


def test_every_variant_is_what_dcgen_makes_today() -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    result = subprocess.run(
        [ROOT / "bin" / "variants", "--check"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, ""), "run `make variants`"


def test_readme_names_the_command_of_every_variant() -> None:
    readme = (VARIANTS / "README.md").read_text()

    assert set(re.findall(r"`(dcgen [^`]+)`", readme)) == calls()
    folders = {path.name for path in VARIANTS.iterdir() if path.is_dir()}
    assert folders == {*NAMES, *CLUSTERS}


@pytest.mark.parametrize("name", NAMES)
def test_v1_variant_changes_nothing_but_what_was_asked(name: str) -> None:
    asked = {"rng", "rng1", "rng2", "rng3"} if name == "scaled-rng" else {"redis"}
    consumers = {"webui", "worker"} if name == "extra-hosts" else set()
    before = services(ROOT / "dockercoins" / "v1" / "docker-compose.yml")
    after = v1(name)

    untouched = set(before) - asked - consumers
    assert {one: after[one] for one in untouched} == {one: before[one] for one in untouched}


def test_scaled_rng_is_three_builds_of_rng_behind_hamba_on_port_80() -> None:
    """The listing "Scaling rng" and "Put a load balancer on it" of the orchestration workshop."""
    found = v1("scaled-rng")

    assert [found[name] for name in ("rng1", "rng2", "rng3")] == [{"build": "rng"}] * 3
    rng = found["rng"]
    # `rng1 80` and `rng1:80` are the same to hamba.
    command = rng.pop("command").replace(":", " ").split()
    assert command == ["80", "rng1", "80", "rng2", "80", "rng3", "80"]
    assert rng == {
        "image": "jpetazzo/hamba",
        "links": ["rng1", "rng2", "rng3"],
        "ports": ["8001:80"],
    }


def test_extra_hosts_gives_worker_and_webui_the_address_and_keeps_no_redis() -> None:
    """The listing "Using host name injection" of the orchestration workshop."""
    found = v1("extra-hosts")
    hosts = {name: body.pop("extra_hosts", None) for name, body in found.items()}

    assert hosts == {
        "rng": None,
        "hasher": None,
        "webui": ["redis:192.0.2.7"],
        "worker": ["redis:192.0.2.7"],
    }
    assert found["worker"] == {"build": "worker", "links": ["rng", "hasher"]}
    assert found["webui"] == {"build": "webui", "ports": PORTS["webui"]}


def test_ambassador_is_hamba_on_the_port_of_redis() -> None:
    """The listing "Abstracting remote services with ambassadors" of the orchestration workshop."""
    found = v1("ambassador")
    redis = found["redis"]

    assert redis.pop("command").replace(":", " ").split() == ["6379", "192.0.2.7", "32768"]
    assert redis == {"image": "jpetazzo/hamba"}
    assert {name: body.get("ports") for name, body in found.items() if "ports" in body} == PORTS
    assert found["worker"]["links"] == ["rng", "hasher", "redis"]
