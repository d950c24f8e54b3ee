"""`dcgen detach` of a service that keeps data: its secrets, and its start on another host."""

import json
import sys
from pathlib import Path

import pytest

from composefile import env_file
from tests.dcgen.door import COINS, dcgen, names

HOST = "tcp://192.0.2.7:2375"
# Stands in for Docker on another machine: writes down what it is asked for.
DOCKER = f"""#!{sys.executable}
import json, os, sys
words = sys.argv[1:]
if words[:1] == ["version"]:
    print("28.0")
elif words[:2] == ["compose", "version"]:
    print("2.30.0")
else:
    with open("calls", "w") as calls:
        json.dump([os.environ.get("DOCKER_HOST", ""), *words], calls)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "docker").write_text(DOCKER)
    (tmp_path / "bin" / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("DOCKER_HOST", "DCGEN_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "compose.yml").write_text(COINS)
    return tmp_path


def password(folder: Path) -> str:
    name, _, value = (folder / "redis.env").read_text().strip().partition("=")
    assert name == "REDIS_PASSWORD"
    return value.strip("'")


def test_a_password_is_generated_for_its_owner_alone_and_nowhere_shown(folder: Path) -> None:
    result = dcgen("detach", "redis", "--password", "--publish", "192.0.2.7")
    secret = password(folder)

    assert result.exit_code == 0
    assert len(secret) == 43
    assert (folder / "redis.env").stat().st_mode & 0o777 == 0o600
    assert secret not in result.output
    assert secret not in (folder / "redis.yml").read_text()
    assert "docker compose --env-file redis.env -f redis.yml up -d" in result.stderr


def test_it_is_kept_when_the_file_is_made_again(folder: Path) -> None:
    (folder / "redis.env").write_text("OTHER='x y'\nREDIS_PASSWORD=known\n")
    (folder / "redis.env").chmod(0o600)

    assert dcgen("detach", "redis", "--password", "--publish", "192.0.2.7").exit_code == 0
    assert (folder / "redis.env").read_text() == "OTHER='x y'\nREDIS_PASSWORD=known\n"


@pytest.mark.parametrize(
    ("text", "mode", "what"),
    [
        ("REDIS_PASSWORD=known\n", 0o644, "others may read this file"),
        ("REDIS_PASSWORD='a b'\n", 0o600, "has a space, a quote or a backslash"),
        ("REDIS_PASSWORD=\n", 0o600, "is empty"),
    ],
)
def test_a_file_of_secrets_that_is_wrong_is_refused(
    folder: Path, text: str, mode: int, what: str
) -> None:
    (folder / "redis.env").write_text(text)
    (folder / "redis.env").chmod(mode)
    result = dcgen("detach", "redis", "--host", HOST)

    assert result.exit_code == 1
    assert what in result.stderr
    assert "fix: " in result.stderr
    assert (folder / "redis.env").read_text() == text
    assert not (folder / "calls").exists()


def test_it_is_started_on_its_host_at_the_address_of_that(folder: Path) -> None:
    result = dcgen("detach", "redis", "--host", HOST)
    text = (folder / "redis.yml").read_text()

    assert result.exit_code == 0, result.stderr
    assert json.loads((folder / "calls").read_text()) == [
        *(HOST, "compose", "--env-file", "redis.env", "-f", "redis.yml"),
        *("up", "--detach", "--wait"),
    ]
    assert '"192.0.2.7:6379:6379"' in text
    assert "dcgen detach redis --publish 192.0.2.7 --password" in text
    assert result.stderr.endswith(f"redis.yml runs on {HOST}\n")


def test_the_variables_of_the_project_are_given_too(folder: Path) -> None:
    (folder / ".env").write_text("A=b\n")
    dcgen("detach", "redis", "--host", HOST, "--publish", "192.0.2.8:7000")

    assert json.loads((folder / "calls").read_text())[2:6] == [
        *("--env-file", ".env", "--env-file", "redis.env")
    ]
    assert '"192.0.2.8:7000:6379"' in (folder / "redis.yml").read_text()


def test_it_runs_in_a_project_of_its_own_beside_its_application(folder: Path) -> None:
    (folder / "compose.yml").write_text(f"name: shop\n{COINS}")
    result = dcgen("detach", "redis", "--host", HOST)

    assert "\nname: shop-redis\n" in (folder / "redis.yml").read_text()
    assert "run it there" not in result.stderr


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_its_project_is_another_one_where_the_name_in_a_file_does_not_count(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == ".env":
        (folder / ".env").write_text("COMPOSE_PROJECT_NAME=shop\n")
    else:
        monkeypatch.setenv("COMPOSE_PROJECT_NAME", "shop")
    assert dcgen("detach", "redis", "--host", HOST).exit_code == 0
    called = json.loads((folder / "calls").read_text())
    by_hand = dcgen("detach", "redis", "--publish", "192.0.2.7", "--password")

    assert called[called.index("redis.yml") + 1 :][:2] == ["--project-name", "shop-redis"]
    assert "-f redis.yml -p shop-redis up -d\n" in by_hand.stderr


def test_what_would_be_open_is_refused_before_anything_is_written(folder: Path) -> None:
    before = names(folder)
    result = dcgen("detach", "redis", "--host", HOST, "--no-password")

    assert result.exit_code == 1
    assert "without a password" in result.stderr
    assert names(folder) == before


def test_data_runs_on_one_host(folder: Path) -> None:
    result = dcgen("detach", "redis", "--host", HOST, "--host", "tcp://192.0.2.8:2375")

    assert result.exit_code == 2
    assert "runs on one" in result.stderr
    assert not (folder / "redis.yml").exists()


def test_the_hosts_of_the_environment_are_not_where_data_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DCGEN_HOSTS", HOST)
    result = dcgen("detach", "redis", "--publish", "6379")

    assert result.exit_code == 0
    assert "secrets" not in (folder / "redis.yml").read_text()
    assert not (folder / "calls").exists()


@pytest.mark.parametrize("words", ["", "--hosts hosts.yml", f"--host {HOST}"])
def test_hosts_of_the_environment_are_not_even_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    (folder / "hosts.yml").write_text(f"hosts:\n  up: {HOST}\n")
    monkeypatch.setenv("DCGEN_HOSTS", "no:such/host")
    shown = dcgen("detach", "--help").stdout

    assert dcgen("detach", "redis", "--publish", "192.0.2.7", *words.split()).exit_code == 0
    assert (folder / "calls").exists() == bool(words)
    assert "DCGEN_HOSTS" not in shown
    assert "--host NAME" in shown


@pytest.mark.parametrize("output", ["-", "/dev/null"])
@pytest.mark.parametrize(
    ("words", "option"),
    [
        pytest.param(f"--host {HOST} --tls auto", "--host", id="started there"),
        pytest.param("--hosts hosts.yml", "--host", id="started on a host of a list"),
        pytest.param("--publish 192.0.2.7 --tls auto", "--tls", id="with certificates"),
    ],
)
def test_what_needs_its_file_is_not_printed(
    folder: Path, words: str, option: str, output: str
) -> None:
    (folder / "hosts.yml").write_text(f"hosts:\n  up: {HOST}\n")
    before = names(folder)
    result = dcgen("detach", "redis", *words.split(), "-o", output)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"fix: name a file with `-o FILE`, or leave out `{option}`" in result.stderr
    assert names(folder) == before


def test_a_difference_starts_nothing(folder: Path) -> None:
    before = names(folder)

    assert dcgen("detach", "redis", "--host", HOST, "--diff").exit_code == 0
    assert names(folder) == before


def values(folder: Path) -> dict[str, str]:
    return env_file.read(folder / "redis.env", {})


def test_certificates_are_made_for_their_owner_alone_and_kept(folder: Path) -> None:
    result = dcgen("detach", "redis", "--host", HOST, "--tls", "auto")
    made = values(folder), (folder / "redis-ca.pem").read_text()
    again = dcgen("detach", "redis", "--host", HOST, "--tls", "auto")

    assert (result.exit_code, again.exit_code) == (0, 0), result.stderr
    assert set(made[0]) == {"REDIS_PASSWORD", "REDIS_CA", "REDIS_SERVER_CERT", "REDIS_CLIENT_CERT"}
    assert (values(folder), (folder / "redis-ca.pem").read_text()) == made
    for name in ("redis.env", "redis-ca.pem"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert "BEGIN" not in result.output + result.stderr + (folder / "redis.yml").read_text()
    assert made[1].removeprefix(made[0]["REDIS_CA"]).startswith("-----BEGIN PRIVATE KEY-----")
    assert "the certificates end on 20" in result.stderr


@pytest.mark.parametrize(
    ("name", "text", "mode", "what"),
    [
        ("redis-ca.pem", "x", 0o644, "others may read this file"),
        ("redis-ca.pem", "x", 0o600, "is not the certificate and key of an authority"),
        (
            "redis.env",
            "REDIS_CA=x\nREDIS_SERVER_CERT=x\nREDIS_CLIENT_CERT=x\n",
            0o600,
            "should be a certificate",
        ),
    ],
)
def test_a_file_that_should_hold_certificates_is_refused(
    folder: Path, name: str, text: str, mode: int, what: str
) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(mode)
    result = dcgen("detach", "redis", "--host", HOST, "--tls", "auto")

    assert result.exit_code == 1
    assert f"{name}: " in result.stderr
    assert what in result.stderr
    assert not (folder / "calls").exists()


def test_an_ambassador_takes_certificates_and_name_from_the_file(folder: Path) -> None:
    dcgen("detach", "redis", "--publish", "192.0.2.7", "--tls", "auto", "-q")
    result = dcgen("ambassador", "--redis-from", "redis.yml")
    text = (folder / "generated.yml").read_text()

    assert result.exit_code == 0, result.stderr
    assert "docker compose --env-file redis.env -f generated.yml up -d" in result.stderr
    assert "verify required ca-file /run/secrets/redis_ca" in text
    assert "verifyhost redis crt /run/secrets/redis_client_cert" in text
    assert "REDIS_SERVER_CERT" not in text
