"""dcgen as a provider of Compose: what it understands of it, and what it says to it."""

import json
from pathlib import Path

import pytest

from dcgen.provider import places
from dcgen.provider.caller import Caller, understood
from faults import UsageError
from tests.dcgen.door import COINS, dcgen
from tests.lab import packages, today

COMPOSE = today.folder(packages.cache()) / "cli-plugins" / "docker-compose"
needs_compose = pytest.mark.skipif(not COMPOSE.exists(), reason="there is no Compose of today")
PLUGIN = "/usr/libexec/docker/cli-plugins/docker-compose"

OVERLAY = """\
  rng:
    provider:
      type: dcgen
      options:
        replicas: 3
        mode:
          - http
          - "80=tcp"
        sticky: true
  redis:
    provider:
      type: dcgen
      options:
        upstream: "192.0.2.7:6379"
"""


@pytest.mark.parametrize(
    ("line", "files", "words"),
    [
        pytest.param("compose up -d", (), ("up", "-d"), id="the plugin"),
        pytest.param("up -d", (), ("up", "-d"), id="the program alone"),
        pytest.param(
            "compose -f a.yml --file=b.yml -fc.yml up",
            ("--file=a.yml", "--file=b.yml", "--file=c.yml"),
            ("up",),
            id="files in every spelling",
        ),
        pytest.param(
            "--context far compose -p shop --profile x --env-file v.env up web",
            ("--env-file=v.env",),
            ("up", "web"),
            id="options that choose no files are left out",
        ),
        pytest.param(
            "compose --project-directory /srv --compatibility --dry-run up",
            ("--project-directory=/srv", "--compatibility"),
            ("up", "--compatibility", "--dry-run"),
            id="switches",
        ),
    ],
)
def test_the_command_line_of_compose_says_which_files_it_reads(
    line: str, files: tuple[str, ...], words: tuple[str, ...]
) -> None:
    found = understood([PLUGIN, *line.split()])

    assert (found.program, found.files, found.words) == ((PLUGIN,), files, words)


def test_options_of_docker_say_where_it_is() -> None:
    far = understood([PLUGIN, "--context", "far", "-D", "compose", "up"])
    near = understood([PLUGIN, "-H=tcp://h:1", "compose", "-f", "a.yml", "up"])

    assert (far.variables, far.words) == ({"DOCKER_CONTEXT": "far"}, ("up",))
    assert near.variables == {"DOCKER_HOST": "tcp://h:1"}


def test_another_program_says_nothing() -> None:
    assert understood(["bash", "-c", "docker-compose -f x.yml up"]) == Caller()
    assert understood([]) == Caller()


def test_options_of_the_command_are_found_wherever_they_stand() -> None:
    called = understood([PLUGIN, "compose", "up", "--timeout=5", "web", "--dry-run", "-t", "7"])

    assert called.asks("--dry-run")
    assert not called.asks("--wait")
    assert (called.value("--timeout"), called.value("-t")) == ("5", "7")
    assert called.value("--pull") == ""
    assert not called.only_creates
    assert understood([PLUGIN, "compose", "create", "web"]).only_creates
    assert understood([PLUGIN, "compose", "up", "--no-start"]).only_creates


def test_metadata_has_the_options_of_scale_and_ambassador_but_no_files() -> None:
    told = json.loads(dcgen("compose", "metadata").output)
    types = {one["name"]: one["type"] for one in told["up"]["parameters"]}

    chosen = ("replicas", "upstream", "server-maxconn", "auth-secret", "sticky")
    assert [types[name] for name in chosen] == ["integer", *["string"] * 3, "boolean"]
    assert types.keys().isdisjoint(("output", "file", "overlay", "diff", "quiet", "env-file"))
    assert told["down"] == {"parameters": []}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder in which Compose would start COINS and `scaled.yml`, without an Engine."""
    (tmp_path / "compose.yml").write_text(COINS)
    monkeypatch.chdir(tmp_path)
    line = (str(COMPOSE), "compose", "-f", "compose.yml", "-f", "scaled.yml", "--dry-run", "up")
    monkeypatch.setattr("dcgen.commands.provider.calling", lambda: understood(line))
    return tmp_path


def _up(folder: Path, options: str, *words: str) -> tuple[int, list[tuple[str, str]]]:
    overlay = f"services:\n  rng:\n    provider:\n      type: dcgen\n      options:\n{options}"
    (folder / "scaled.yml").write_text(overlay)
    done = dcgen("compose", "--project-name=shop", "up", *words, "rng")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.exit_code, [(one["type"], one["message"]) for one in lines]


@needs_compose
def test_a_dry_run_says_what_would_run(folder: Path) -> None:
    told = _up(folder, "        replicas: $N\n        mode: http\n", "--replicas=3", "--mode=http")

    assert told == (0, [("info", "would run rng: scaled to 3 (dry run)")])


@needs_compose
@pytest.mark.parametrize(
    ("options", "words", "code", "message"),
    [
        pytest.param(
            "        replicas: 3\n        mdoe: http\n",
            ["--replicas=3"],
            2,
            "scaled.yml:7: there is no option 'mdoe' beside `replicas`\n"
            "  fix: did you mean 'mode'?",
            id="an option that Compose leaves out",
        ),
        pytest.param(
            "        replicas: 3\n        output: x.yml\n",
            ["--replicas=3"],
            2,
            "scaled.yml:7: there is no option 'output' beside `replicas`\n"
            "  fix: choose from those of: dcgen scale --help",
            id="an option about files",
        ),
        pytest.param(
            "        replicas: 3\n        sticky: maybe\n",
            ["--replicas=3", "--sticky=maybe"],
            2,
            "scaled.yml:7: 'maybe' is neither true nor false\n  fix: write `sticky: true`",
            id="a switch",
        ),
        pytest.param(
            "        replicas: 3\n        mode: htttp\n",
            ["--replicas=3", "--mode=htttp"],
            2,
            "scaled.yml:7: invalid value for 'mode': 'htttp' is not one of 'tcp', 'http', 'h2c'\n"
            "  fix: see: main scale --help",
            id="a value",
        ),
        pytest.param(
            "        replicas: 3\n        stats: 0.0.0.0:99\n",
            ["--replicas=3", "--stats=0.0.0.0:99"],
            2,
            "scaled.yml:3: everyone who reaches this host could read the statistics page on"
            " 0.0.0.0:99\n  fix: give its password with `stats-secret: NAME`, an address with"
            " `stats: ADDRESS:99`, or `stats-open` if a firewall guards it",
            id="options as the file has them",
        ),
        pytest.param(
            "        mode: http\n",
            ["--mode=http"],
            2,
            "scaled.yml:3: the options for 'rng' have neither `replicas` nor `upstream`\n"
            "  fix: give one of them: `options: {replicas: 3}` or `options: {upstream: HOST:PORT}`",
            id="nothing to do",
        ),
        pytest.param(
            "        replicas: many\n",
            ["--replicas=many"],
            2,
            "scaled.yml:3: 'many' is not a number of replicas for 'rng'\n"
            "  fix: give a whole number from 1 to 1000",
            id="no number",
        ),
    ],
)
def test_what_cannot_be_is_one_error_with_its_place(
    folder: Path, options: str, words: list[str], code: int, message: str
) -> None:
    assert _up(folder, options, *words) == (code, [("error", message)])


def test_a_file_on_standard_input_is_refused() -> None:
    with pytest.raises(UsageError, match="read a file from standard input"):
        places.files(understood([PLUGIN, "compose", "-f", "-", "up"]))


def test_scale_and_ambassador_write_an_overlay_of_providers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "compose.yml").write_text(COINS)
    monkeypatch.chdir(tmp_path)
    words = ("--provider", "-o", "scaled.yml")

    done = dcgen("scale", "rng", "3", "--mode", "http", "--mode", "80=tcp", "--sticky", *words)
    more = dcgen("ambassador", "--redis", "192.0.2.7:6379", *words)
    other = dcgen("extra-hosts", "hasher=192.0.2.7", *words)
    files = dcgen("scale", "rng", "3", "--lb-config", "file", *words)

    assert "exec --index 2 rng" in done.output
    assert "run it: docker compose -f compose.yml -f scaled.yml up -d" in more.output
    assert "a provider cannot do what `dcgen extra-hosts` does" in other.output
    assert "fix: leave out `--lb-config file`" in files.output
    assert [done.exit_code, more.exit_code, other.exit_code, files.exit_code] == [0, 0, 2, 2]
    assert Path("scaled.yml").read_text().partition("services:\n")[2] == OVERLAY


def test_an_override_is_written_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "compose.yml").write_text(COINS)
    monkeypatch.chdir(tmp_path)
    words = ("--provider", "-o", "compose.override.yml")

    first = dcgen("scale", "rng", "3", *words)
    second = dcgen("scale", "rng", "4", *words)

    assert [first.exit_code, second.exit_code] == [0, 0]
    assert "run it: docker compose up -d\n" in second.output
    assert "warning" not in second.output
    assert "replicas: 4\n" in Path("compose.override.yml").read_text()
    both = dcgen("scale", "rng", "5")
    assert "service 'rng' has a provider and no container" in both.output
    assert "fix: change what its `options` say, or leave out" in both.output


@needs_compose
def test_an_ambassador_needs_no_image(folder: Path) -> None:
    overlay = "services: {redis: {provider: {type: dcgen, options: {upstream: '192.0.2.7:1'}}}}"
    (folder / "scaled.yml").write_text(overlay)
    (folder / "compose.yml").write_text("services: {other: {image: x}}")
    words = ("compose", "--project-name=shop", "up", "--upstream=192.0.2.7:1", "redis")

    told = json.loads(dcgen(*words).stdout)

    assert told == {"type": "info", "message": "would run redis: forwards to 192.0.2.7:1 (dry run)"}


@needs_compose
def test_what_needs_the_container_of_another_service_is_refused(folder: Path) -> None:
    (folder / "compose.yml").write_text(COINS.replace("build: rng", "image: x\n    links: [redis]"))

    code, ((kind, message),) = _up(folder, "        replicas: 3\n", "--replicas=3")

    assert (code, kind) == (1, "error")
    assert message.startswith("scaled.yml:3: `links` needs the container of 'redis'")


@needs_compose
def test_what_scale_writes_is_what_the_provider_reads(folder: Path) -> None:
    words = ("scale", "rng", "3", "--server-maxconn", "1", "--sticky", "--no-retry", "--provider")
    assert dcgen(*words, "-o", "scaled.yml").exit_code == 0
    given = ["--replicas=3", "--server-maxconn=1", "--sticky=true", "--no-retry=true"]

    told = json.loads(dcgen("compose", "--project-name=shop", "up", *given, "rng").stdout)

    assert (folder / "scaled.yml").exists()
    assert told == {"type": "info", "message": "would run rng: scaled to 3 (dry run)"}
