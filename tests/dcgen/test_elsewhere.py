"""An upstream that is found: on a Docker host, or in the file of a detached service."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from dcgen.commands.lb.looked_up import looked_up
from lb.address import Address
from tests.dcgen.door import COINS, dcgen
from tests.generator.laws import loaded

HOST = "tcp://192.0.2.7:2375"
# Stands in for Docker on another machine, with the containers of a file.
DOCKER = f"""#!{sys.executable}
import json, sys
words, containers = sys.argv[1:], json.load(open("containers"))
if words[:1] == ["version"]:
    print("28.0")
elif words[0] == "ps":
    kind, _, rest = words[-1].partition("=")
    for number, one in enumerate(containers):
        name, _, value = rest.partition("=")
        if kind == "label" and one["Config"]["Labels"].get(name) == value:
            print(number)
elif words[0] == "inspect":
    print(json.dumps([containers[int(word)] for word in words[3:]]))
"""


def container(address: str, port: int = 32768, **labels: str) -> dict[str, Any]:
    """Return what `docker inspect` shows of a Redis."""
    ports = {"6379/tcp": [{"HostIp": address, "HostPort": str(port)}], "9/udp": None}
    return {
        "Name": "/shop-redis-1",
        "Config": {"Labels": {f"dcgen.{name}": text for name, text in labels.items()}},
        "NetworkSettings": {"Ports": ports},
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "docker").write_text(DOCKER)
    (tmp_path / "bin" / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    (tmp_path / "compose.yml").write_text(COINS)
    return tmp_path


def run(folder: Path, containers: list[dict[str, Any]], *words: str) -> dict[str, Any]:
    """Return the generated file of an ambassador to what runs on `HOST`."""
    (folder / "containers").write_text(json.dumps(containers))
    result = dcgen("ambassador", "--redis", f"{HOST}:", *words)
    assert result.exit_code == 0, result.stderr
    return loaded((folder / "generated.yml").read_text())


@pytest.mark.parametrize(
    ("address", "upstream"),
    [("192.0.2.9", "192.0.2.9:32768"), ("0.0.0.0", "192.0.2.7:32768"), ("", "192.0.2.7:32768")],
)
def test_a_container_says_where_it_is_published(folder: Path, address: str, upstream: str) -> None:
    found = run(folder, [container(address, detached="redis")])

    assert found["services"]["redis"]["labels"]["dcgen.upstream"] == upstream
    assert "secrets" not in found


def test_a_container_says_what_its_clients_need(folder: Path) -> None:
    found = run(
        folder, [container("192.0.2.7", detached="redis", clients="auth-secret=redis_password")]
    )

    assert found["secrets"] == {"redis_password": {"environment": "REDIS_PASSWORD"}}
    assert found["services"]["redis"]["secrets"] == ["redis_password"]
    assert found["services"]["redis"]["labels"]["dcgen.access"] == "auth-secret=redis_password"


def test_what_is_given_wins_over_what_is_found(folder: Path) -> None:
    clients = "auth-secret=redis_password"
    found = run(
        folder, [container("", detached="redis", clients=clients)], "--auth-env", "REDIS_PASSWORD"
    )

    assert found["services"]["redis"]["labels"]["dcgen.access"] == "auth-env=REDIS_PASSWORD"


def test_it_is_recorded_as_an_address_and_made_again_without_the_host(folder: Path) -> None:
    run(folder, [container("192.0.2.7", detached="redis", clients="auth-secret=pw")])
    before = (folder / "generated.yml").read_text()
    (folder / "bin" / "docker").unlink()

    assert "--redis 192.0.2.7:32768 --auth-secret pw --env-secrets" in before
    assert dcgen("refresh", "--check").exit_code == 0


@pytest.mark.parametrize(
    "words", [("--redis", "192.0.2.9:6379"), ("redis=192.0.2.9:6379",)], ids=["option", "word"]
)
def test_a_list_of_hosts_of_which_none_is_named_is_refused(
    folder: Path, words: tuple[str, ...]
) -> None:
    result = dcgen("ambassador", *words, "--hosts", "nowhere.yml")

    assert result.exit_code == 2
    assert result.stderr == (
        "no upstream is the NAME of a host, so that --hosts has no effect\n"
        "  fix: leave out --hosts, or write --SERVICE NAME:\n"
    )
    assert not (folder / "generated.yml").exists()


def test_a_list_of_hosts_is_read_for_the_one_that_is_named(folder: Path) -> None:
    (folder / "hosts.yml").write_text(f"hosts: {{node1: '{HOST}'}}\n")
    (folder / "containers").write_text(json.dumps([container("", detached="redis")]))

    assert dcgen("ambassador", "--redis", "node1:", "--hosts", "hosts.yml").exit_code == 0


@pytest.mark.parametrize(
    ("containers", "what"),
    [
        ([], "no container"),
        ([container("127.0.0.1", detached="redis")], "that machine alone"),
        ([container("", detached="redis")] * 2, "several containers"),
        ([container("", detached="other")], "no container"),
    ],
)
def test_what_cannot_be_used_is_said(
    folder: Path, containers: list[dict[str, Any]], what: str
) -> None:
    (folder / "containers").write_text(json.dumps(containers))
    result = dcgen("ambassador", "--redis", f"{HOST}:")

    assert result.exit_code == 3
    assert what in result.stderr
    assert "fix: " in result.stderr
    assert not (folder / "generated.yml").exists()


def test_a_file_says_where_it_will_be_published(folder: Path) -> None:
    dcgen("detach", "redis", "--password", "--publish", "192.0.2.7:7000")
    result = dcgen("ambassador", "--redis-from", "redis.yml")
    found = loaded((folder / "generated.yml").read_text())

    assert found["services"]["redis"]["labels"]["dcgen.upstream"] == "192.0.2.7:7000"
    assert found["secrets"] == {"redis_password": {"environment": "REDIS_PASSWORD"}}
    assert "docker compose --env-file redis.env -f generated.yml up -d" in result.stderr


def test_the_usual_variables_are_given_beside_the_secrets(folder: Path) -> None:
    (folder / ".env").write_text("A=b\n")
    dcgen("detach", "redis", "--password", "--publish", "192.0.2.7:7000")
    result = dcgen("ambassador", "--redis-from", "redis.yml")

    assert "docker compose --env-file .env --env-file redis.env -f generated.yml" in result.stderr


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("services: {redis: {image: redis, ports: ['6379:6379']}}", "no port of 'redis'"),
        ("services: {other: {image: redis, ports: ['192.0.2.7:1:1']}}", "no port of 'redis'"),
        (None, "cannot read"),
    ],
)
def test_a_file_that_does_not_say_it_is_refused(folder: Path, text: str | None, what: str) -> None:
    if text:
        (folder / "other.yml").write_text(text)
    result = dcgen("ambassador", "--redis-from", "other.yml")

    assert result.exit_code == 1
    assert result.stderr.startswith("other.yml: ")
    assert what in result.stderr
    assert "fix: " in result.stderr


@pytest.mark.usefixtures("folder")
def test_what_one_upstream_asks_for_is_not_asked_of_others() -> None:
    dcgen("detach", "redis", "--password", "--publish", "192.0.2.7")
    result = dcgen("ambassador", "--redis-from", "redis.yml", "--rng", "192.0.2.8:80")

    assert result.exit_code == 2
    assert "one service to each command" in result.stderr


@pytest.mark.parametrize(
    "secrets",
    [
        "secrets:\n  mine: {file: x}\n",
        "secrets: {mine: {file: x}}\n",
        "secrets: {}\n",
        "",
    ],
)
def test_secrets_are_declared_beside_those_of_the_file(folder: Path, secrets: str) -> None:
    (folder / "compose.yml").write_text(COINS + secrets)
    dcgen("detach", "redis", "--password", "--publish", "192.0.2.7")
    dcgen("ambassador", "--redis-from", "redis.yml")
    found = loaded((folder / "generated.yml").read_text())["secrets"]
    mine = {"mine": {"file": "x"}} if "mine" in secrets else {}

    assert found == {**mine, "redis_password": {"environment": "REDIS_PASSWORD"}}


def test_a_host_is_called_as_a_list_of_hosts_calls_it(folder: Path) -> None:
    (folder / "hosts.yml").write_text(f"hosts: {{node1: '{HOST}', node2: 'tcp://192.0.2.8:1'}}\n")
    (folder / "containers").write_text(json.dumps([container("0.0.0.0", detached="redis")]))
    found = dcgen("ambassador", "--redis", "node1:", "--hosts", "hosts.yml")
    missing = dcgen("ambassador", "--redis", "nod2:", "--hosts", "hosts.yml")

    assert found.exit_code == 0, found.stderr
    text = (folder / "generated.yml").read_text()
    assert "192.0.2.7:32768" in text
    assert "hosts.yml" not in text
    assert missing.exit_code == 2
    assert missing.stderr == "'nod2' is none of the hosts\n  fix: did you mean 'node2'?\n"


def test_a_running_ambassador_is_led_to_what_a_host_publishes(folder: Path) -> None:
    (folder / "containers").write_text(json.dumps([container("192.0.2.9", detached="redis")]))

    assert looked_up((f"redis={HOST}:", "db=a:1,b:2")) == [
        ("redis", (Address("192.0.2.9", 32768),)),
        ("db", (Address("a", 1), Address("b", 2))),
    ]


def test_tls_that_is_refused_is_not_spoken_though_it_is_found(folder: Path) -> None:
    clients = "ca-file=/run/secrets/redis_ca tls-name=redis"
    found = run(folder, [container("", detached="redis", clients=clients)], "--no-tls")

    assert "dcgen.access" not in found["services"]["redis"]["labels"]
