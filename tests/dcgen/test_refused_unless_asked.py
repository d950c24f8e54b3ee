"""What would be open to everyone, or lead nowhere, is refused unless it is asked for."""

from pathlib import Path

import pytest

from tests.dcgen.door import dcgen
from tests.generator.laws import loaded

SOURCE = """\
services:
  web:
    image: web
    expose: [80]
    depends_on: [redis]
  redis:
    image: redis
    container_name: store
    hostname: shelf
    networks: {default: {aliases: [Cache], ipv4_address: 192.0.2.9}}
  other:
    image: other
    expose: [81]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text(SOURCE)
    return tmp_path


@pytest.mark.parametrize(
    "host", ["redis", "Redis.", "store", "shelf", "cache", "192.0.2.9", "elsewhere,redis"]
)
def test_an_ambassador_that_leads_to_itself(folder: Path, host: str) -> None:
    result = dcgen("ambassador", "--redis", ",".join(f"{h}:6379" for h in host.split(",")))

    assert result.exit_code == 1
    assert result.stderr.startswith("compose.yml:6: ")
    assert " is the ambassador of 'redis' itself: each connection" in result.stderr
    assert not (folder / "generated.yml").exists()


@pytest.mark.usefixtures("folder")
def test_two_ambassadors_that_lead_to_each_other() -> None:
    result = dcgen("ambassador", "--redis", "other:81", "--other", "redis:6379")

    assert result.exit_code == 1
    assert "'redis' points to the ambassador of 'other' itself" in result.stderr


@pytest.mark.parametrize("host", ["other", "redis.example", "192.0.2.8", "host-gateway"])
@pytest.mark.usefixtures("folder")
def test_an_ambassador_that_leads_elsewhere_is_made(host: str) -> None:
    assert dcgen("ambassador", "--redis", f"{host}:6379").exit_code == 0


def test_host_gateway_is_this_machine_as_containers_find_it(folder: Path) -> None:
    result = dcgen("ambassador", "--redis", "host-gateway:6379")
    service = loaded((folder / "generated.yml").read_text())["services"]["redis"]

    assert service["extra_hosts"] == ["host.docker.internal:host-gateway"]
    assert service["labels"]["dcgen.upstream"] == "host.docker.internal:6379"
    assert "warning" not in result.stderr


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.1.1", "0.0.0.0", "::1", "::"])
@pytest.mark.usefixtures("folder")
def test_an_extra_host_that_is_each_consumer_itself(address: str) -> None:
    result = dcgen("extra-hosts", f"redis={address}")

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"compose.yml:6: {address} is 'web' itself, not the machine that it runs on",
        "  fix: write redis=host-gateway for that machine; what listens there must not listen"
        " on 127.0.0.1 alone",
    ]


def test_one_on_the_network_of_the_host_may_find_it_there(folder: Path) -> None:
    text = SOURCE.replace("image: web", "image: web\n    network_mode: host")
    (folder / "compose.yml").write_text(
        text.replace("  other:\n", "  other:\n    network_mode: none\n")
    )

    assert dcgen("extra-hosts", "redis=127.0.0.1").exit_code == 0


@pytest.mark.parametrize("command", ["scale web 2", "ambassador --redis db.example:6379"])
@pytest.mark.parametrize("where", ["0.0.0.0:8404", "[::]:8404"])
@pytest.mark.usefixtures("folder")
def test_a_statistics_page_for_everyone(command: str, where: str) -> None:
    refused = dcgen(*command.split(), "--stats", where)
    asked = dcgen(*command.split(), "--stats", where, "--stats-open")

    assert refused.exit_code == 2
    assert f"could read the statistics page on {where}\n  fix: " in refused.stderr
    assert asked.exit_code == 0
    assert dcgen("refresh", "--check").exit_code == 0


@pytest.mark.parametrize("command", ["scale web 2", "ambassador --redis db.example:6379"])
@pytest.mark.usefixtures("folder")
def test_to_open_a_statistics_page_that_is_not_there(command: str) -> None:
    result = dcgen(*command.split(), "--stats-open")

    assert result.exit_code == 2
    assert result.stderr == (
        "there is no statistics page, and `--stats-open` would have no effect\n"
        "  fix: give its port with `--stats PORT`, or leave it out\n"
    )


@pytest.mark.parametrize("where", ["8404", "192.0.2.7:8404"])
@pytest.mark.usefixtures("folder")
def test_one_for_those_who_reach_an_address_is_made(where: str) -> None:
    assert dcgen("scale", "web", "2", "--stats", where).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["ambassador", "--redis", "redis://:s@cret@db:6379"],
        ["ambassador", "--redis", "redis://app:s@cret@db:6379/0"],
        ["ambassador", "--redis", "s@cret@db:6379"],
        ["extra-hosts", "redis=redis://app:s@cret@db"],
        ["extra-hosts", "redis=app:s@cret@db"],
        ["lb", "retarget", "redis=redis://app:s@cret@db:6379"],
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_refused_url_is_not_repeated_with_its_password(words: list[str]) -> None:
    result = dcgen(*words)

    assert result.exit_code == 2
    assert "db" in result.stderr
    assert "cret" not in result.output
