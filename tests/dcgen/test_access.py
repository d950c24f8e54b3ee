"""`dcgen ambassador`: several upstreams, passwords, TLS, and this machine, as a person asks."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from dcgen.cli import main

SOURCE = """\
services:
  web:
    image: web
  redis:
    image: redis
secrets:
  pw: {file: ./pw.txt}
"""
FILES = "--ca-file papers/ca.pem --cert papers/client.pem"
SECRET = "--ca-secret pw --cert-secret pw"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text(SOURCE)
    (tmp_path / "papers").mkdir()
    for name in ("ca.pem", "client.pem"):
        (tmp_path / "papers" / name).write_text("a certificate\n")
    return tmp_path


def run(words: str) -> Result:
    return CliRunner().invoke(main, ["ambassador", *words.split()])


def made(words: str, file: str = "generated.yml") -> tuple[dict[str, Any], str]:
    """Return the service `redis` and its HAProxy configuration."""
    result = run(words)
    assert result.exit_code == 0, result.stderr
    root = YAML(typ="safe", pure=True).load(Path(file).read_text())
    return root["services"]["redis"], root["configs"]["redis-haproxy"]["content"]


def test_several_upstreams_stand_in_the_label_and_the_first_serves() -> None:
    service, text = made("--redis a.example:6379,b.example:6380")

    assert service["labels"]["dcgen.upstream"] == "a.example:6379,b.example:6380"
    lines = [line.strip() for line in text.splitlines() if line.startswith("    server ")]
    assert lines[0].startswith("server a.example a.example:6379 on-marked-up")
    assert lines[1] == "server b.example b.example:6380 backup"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("redis=a:6379,", id="nothing after the comma"),
        pytest.param("redis=a:6379,b", id="no port"),
        pytest.param("redis=a:6379,a:6379", id="one twice"),
    ],
)
def test_what_is_no_list_of_upstreams_is_a_usage_error(words: str) -> None:
    result = run(words)

    assert result.exit_code == 2
    assert "\n  fix: " in result.stderr


def test_variable_with_the_password_has_no_value_in_the_file() -> None:
    service, text = made("redis=a.example:6379 --auth-env REDIS_PASSWORD --auth-user app")

    assert service["environment"] == {"REDIS_PASSWORD": None}
    assert service["labels"]["dcgen.access"] == "auth-env=REDIS_PASSWORD auth-user=app"
    assert "%[env(REDIS_PASSWORD),length]\\r\\n%[env(REDIS_PASSWORD)]\\r\\n" in text
    # Twice the dollar, for Compose makes one of it.
    assert "AUTH\\r\\n\\$$3\\r\\napp\\r\\n" in text


def test_secret_with_the_password_is_read_when_haproxy_starts() -> None:
    service, text = made("redis=a.example:6379 --auth-secret pw")

    assert service["secrets"] == ["pw"]
    assert service["command"][:2] == ["sh", "-c"]
    assert service["command"][2].startswith(
        'DCGEN_AUTH="$$(cat /run/secrets/pw)" && export DCGEN_AUTH && exec haproxy '
    )
    assert "%[env(DCGEN_AUTH)]" in text


def test_secret_that_the_file_does_not_have_is_refused() -> None:
    result = run("redis=a.example:6379 --auth-secret another")

    assert result.exit_code == 1
    assert "there is no secret 'another'" in result.stderr


def test_files_for_tls_are_mounted_read_only() -> None:
    files = "--ca-file papers/ca.pem --cert papers/client.pem"

    service, text = made(f"redis=a.example:6380 {files}")

    assert service["volumes"] == [
        "./papers/ca.pem:/usr/local/etc/haproxy/ca.pem:ro",
        "./papers/client.pem:/usr/local/etc/haproxy/client.pem:ro",
    ]
    assert " ssl verify required ca-file /usr/local/etc/haproxy/ca.pem " in text
    assert " verifyhost a.example crt /usr/local/etc/haproxy/client.pem\n" in text


def test_file_that_is_not_there_is_a_usage_error() -> None:
    assert run("redis=a.example:6380 --ca-file nowhere.pem").exit_code == 2


def test_system_is_trusted_unless_a_file_is_given() -> None:
    assert "ca-file @system-ca sni" in made("redis=a.example:6380 --tls")[1]


def test_everything_is_kept_when_the_ambassador_is_written_again() -> None:
    words = "--auth-env REDIS_PASSWORD --ca-file papers/ca.pem --stats 8404 --timeout-connect 1"
    first = made(f"redis=a.example:6379,b.example:6379 {words}")

    again = made("redis=a.example:6379,b.example:6379 -f generated.yml")

    assert again == first


def test_protocol_of_the_image_is_kept_when_the_ambassador_is_written_again(folder: Path) -> None:
    (folder / "compose.yml").write_text(
        "services:\n  redis:\n    image: redis\n    expose: [7000]\n"
    )
    first = made("redis=a.example:7000")

    assert made("redis=a.example:7000 -f generated.yml") == first
    assert 'tcp-check send "PING' in first[1]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "0.0.0.0"])
def test_this_machine_is_found_from_the_container(host: str) -> None:
    result = run(f"redis={host}:6379 -o -")

    assert "dcgen.upstream: host.docker.internal:6379" in result.stdout
    assert "    extra_hosts:\n      - host.docker.internal:host-gateway\n" in result.stdout
    assert "is the ambassador itself" in result.stderr


def test_this_machine_is_no_longer_named_when_the_ambassador_leads_elsewhere() -> None:
    made("redis=localhost:6379")

    service, _ = made("redis=a.example:6379 -f generated.yml")

    assert "extra_hosts" not in service


def test_other_names_are_kept_when_the_ambassador_is_written_again(folder: Path) -> None:
    made("redis=localhost:6379")
    path = folder / "generated.yml"
    ours = "      - host.docker.internal:host-gateway\n"
    path.write_text(path.read_text().replace(ours, f"      - web:192.0.2.9\n{ours}"))

    service, _ = made("redis=host.docker.internal:6379 -f generated.yml")

    assert service["extra_hosts"] == ["web:192.0.2.9", "host.docker.internal:host-gateway"]


def test_arguments_of_hamba_cannot_say_it() -> None:
    result = run("redis=a.example:6379 --tls --lb-config args")

    assert result.exit_code == 2
    assert "cannot express 'tls=yes'" in result.stderr


@pytest.mark.parametrize(
    ("option", "word"),
    [
        ("--ca-file papers/ca.pem", "--ca-file"),
        ("--cert papers/client.pem", "--cert"),
        ("--ca-secret pw", "--ca-secret"),
        ("--cert-secret pw", "--cert-secret"),
        ("--tls-name redis.example", "--tls-name"),
    ],
)
def test_what_is_about_tls_contradicts_no_tls(option: str, word: str) -> None:
    result = run(f"redis=a.example:6380 --no-tls {option}")

    assert result.exit_code == 2
    assert result.stderr == (
        f"`{word}` is about TLS, and contradicts `--no-tls`\n"
        f"  fix: leave out `{word}` or `--no-tls`\n"
    )


@pytest.mark.parametrize("former", ["--tls", "--ca-file papers/ca.pem --tls-name x", FILES, SECRET])
def test_a_later_no_tls_leaves_nothing_of_it(former: str, folder: Path) -> None:
    plain = made("redis=a.example:6379")
    made(f"redis=a.example:6379 {former}")

    assert made("redis=a.example:6379 --no-tls -f generated.yml") == plain
    assert CliRunner().invoke(main, ["refresh", "--check"]).exit_code == 0
    made(f"redis=a.example:6379 {former} -f generated.yml")
    assert " ssl verify required " in (folder / "generated.yml").read_text()
    assert CliRunner().invoke(main, ["refresh", "--check"]).exit_code == 0


@pytest.mark.parametrize(
    ("former", "later"),
    [
        (FILES, SECRET),
        (SECRET, FILES),
        ("--auth-env PASSWORD", "--auth-secret pw"),
        ("--auth-secret pw", "--auth-env PASSWORD"),
    ],
)
def test_a_source_takes_the_place_of_the_former_one(former: str, later: str) -> None:
    first = made(f"redis=a.example:6379 {later}")
    made(f"redis=a.example:6379 {former}")

    assert made(f"redis=a.example:6379 {later} -f generated.yml") == first
    assert CliRunner().invoke(main, ["refresh", "--check"]).exit_code == 0
