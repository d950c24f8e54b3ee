"""What a host is, from what Docker says of it; a `docker` on PATH stands in for Docker."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from engine.hosts import DEFAULT_HOST, Host
from engine.hosts.fit import asked
from engine.hosts.survey import Found, ProjectThere, is_encrypted, survey
from faults import HostError

Put = Callable[[str, str], None]
HOST = Host("tcp://192.0.2.7:2375")
VERSION = {"Version": "28.5.2", "ApiVersion": "1.51", "Os": "linux"}
INFO = {"Architecture": "x86_64", "Driver": "overlay2", "NCPU": 2, "MemTotal": 4 << 30}


def _docker(put: Put, rows: str = "", server: Any = VERSION, **info: Any) -> None:
    said = json.dumps([server, INFO | info, rows])
    put(
        "docker",
        f"import json\nserver, info, rows = json.loads({said!r})\n"
        "print({'version': json.dumps({'Server': server}), 'info': json.dumps(info),"
        " 'ps': rows}[sys.argv[1]])",
    )


def _only(host: Host = HOST) -> Found:
    (found,) = survey([host])
    return found


def test_a_host_is_described(put: Put) -> None:
    _docker(put)
    found = _only()

    assert (found.reached, found.trouble, found.encrypted) == (True, "", False)
    assert (found.engine, found.api, found.os) == ("28.5.2", "1.51", "linux")
    assert (found.architecture, found.image_store) == ("x86_64", "overlay2")
    assert (found.cpus, found.memory_bytes, found.clock_s) == (2, 4 << 30, None)


def test_the_image_store_of_containerd_is_told_from_its_driver(put: Put) -> None:
    status = [["driver-type", "io.containerd.snapshotter.v1"]]
    _docker(put, Driver="overlayfs", DriverStatus=status)

    assert _only().image_store == "containerd"


@pytest.mark.parametrize("zone", ["Z", "+00:00"])
def test_a_clock_that_is_ahead_is_told(put: Put, zone: str) -> None:
    there = datetime.fromtimestamp(time.time() + 100_000, timezone.utc)
    _docker(put, SystemTime=f"{there:%Y-%m-%dT%H:%M:%S}.123456789{zone}")
    found = _only()

    assert found.clock_s is not None
    assert found.clock_within_s is not None
    assert 99_000 < found.clock_s < 101_000


def test_projects_of_ours_are_counted_and_their_locks_told(put: Put) -> None:
    _docker(
        put,
        "running\tshop\tbalancer\t\t\nexited\tshop\t\t\t\nrunning\tother\t\t\t\nrunning\t\t\t\t\n"
        "created\t\t\tann@laptop (process 7)\tcoins",
    )

    assert _only().projects == (
        ProjectThere("coins", 0, 0, "ann@laptop (process 7)"),
        ProjectThere("shop", 1, 2),
    )


@pytest.mark.parametrize(
    ("server", "what"),
    [
        pytest.param({**VERSION, "ApiVersion": "1.40"}, "has Docker 28.5.2, API 1.40", id="old"),
        pytest.param({**VERSION, "Os": "windows"}, "runs windows containers", id="Windows"),
    ],
)  # fmt: skip
def test_what_cannot_run_a_variant_is_refused(put: Put, server: dict[str, str], what: str) -> None:
    _docker(put, server=server)

    assert what in _only().trouble


@pytest.mark.parametrize(
    ("said", "what"),
    [
        pytest.param("19.03.15 1.40 linux", "has Docker 19.03.15, API 1.40", id="old"),
        pytest.param("28.5.2 1.51 windows", "runs windows containers", id="Windows"),
    ],
)
def test_what_cannot_run_a_variant_keeps_it_from_every_host(put: Put, said: str, what: str) -> None:
    other = Host("tcp://192.0.2.8:2375")
    put("docker", f"print({said!r} if '2.8' in os.environ['DOCKER_HOST'] else '28.5.2 1.51 linux')")

    assert asked([HOST, other], starting=False) == (HOST, other)
    with pytest.raises(HostError, match=f"'tcp://192.0.2.8:2375' {what}"):
        asked([HOST, other], starting=True)


def test_what_does_not_answer_is_told_and_keeps_the_others_from_nothing(put: Put) -> None:
    put(
        "docker",
        "sys.exit('no' if '2.8' in os.environ['DOCKER_HOST'] else print('28.5.2 1.51 linux'))",
    )
    there, gone = asked([HOST, Host("tcp://192.0.2.8:2375")], starting=True)

    assert there.trouble is None
    with pytest.raises(
        HostError, match=r"no Docker daemon answers at 'tcp://192.0.2.8:2375' \(no\)"
    ):
        gone.call(["docker", "ps"])


@pytest.mark.parametrize(
    ("host", "variables", "expected"),
    [
        pytest.param(Host("tcp://192.0.2.7:2375"), {}, False, id="tcp"),
        pytest.param(Host("tcp://192.0.2.7:2376"), {"DOCKER_TLS_VERIFY": "1"}, True, id="TLS"),
        pytest.param(Host("tcp://127.0.0.1:2375"), {}, True, id="this machine"),
        pytest.param(Host("tcp://127.example:2375"), {}, False, id="a name that begins so"),
        pytest.param(Host("ssh://node1"), {}, True, id="ssh"),
        pytest.param(DEFAULT_HOST, {}, True, id="the default one"),
        pytest.param(DEFAULT_HOST, {"DOCKER_HOST": "tcp://node1:2375"}, False, id="tcp by default"),
    ],
)
def test_tcp_without_tls_is_not_encrypted(
    host: Host, variables: dict[str, str], expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DOCKER_HOST", "DOCKER_TLS", "DOCKER_TLS_VERIFY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert is_encrypted(host) is expected


@pytest.mark.parametrize(("material", "expected"), [({}, False), ({"docker": ["ca.pem"]}, True)])
def test_a_context_says_whether_it_has_certificates(
    put: Put, material: object, expected: object
) -> None:
    put("docker", f"print({json.dumps([{'TLSMaterial': material}])!r})")
    host = Host("tcp://192.0.2.7:2376", name="node1", context="node1")

    assert is_encrypted(host) is expected
