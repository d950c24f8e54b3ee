"""The header of a generated file says what made it, and dcgen makes it again by that."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from dcgen.commands import record
from dcgen.commands.record import Change, Record
from generator.result import HEADER
from tests.dcgen import door

SOURCE = """\
services:
  web:
    image: web
    environment:
      RNG: http://rng:80
  rng:
    image: rng
  worker:
    image: worker
    volumes: ["./data:/data"]
  redis:
    image: redis
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text(SOURCE)
    return tmp_path


def dcgen(*words: str, code: int = 0, stdin: str | None = None) -> Result:
    result = door.dcgen(*words, stdin=stdin)
    assert result.exit_code == code, result.output
    return result


def header(name: str = "generated.yml") -> list[str]:
    lines = Path(name).read_text().splitlines()
    assert lines[0] == HEADER
    return lines[1 : lines.index("services:")]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("later", "kept"),
    [
        pytest.param("22=tcp", "--mode http --mode 80=h2c --mode 22=tcp", id="another port"),
        pytest.param("80=tcp", "--mode http --mode 80=tcp", id="the same port"),
        pytest.param("tcp", "--mode tcp", id="all ports"),
    ],
)
def test_an_option_of_one_port_replaces_that_of_the_same_port(later: str, kept: str) -> None:
    ports = ("--port", "80", "--port", "22")
    dcgen("scale", "rng", "3", *ports, "--mode", "http", "--mode", "80=grpc")
    dcgen("scale", "rng", "3", "-f", "generated.yml", "--mode", later)

    assert header() == [f"# Made from compose.yml:  dcgen scale rng=3 --port 80 --port 22 {kept}"]


@pytest.mark.usefixtures("folder")
def test_the_natural_sequence_keeps_what_was_made_before() -> None:
    dcgen("scale", "rng", "3", "--mode", "http")
    dcgen("scale", "worker", "10")
    result = dcgen("ambassador", "--redis", "db.example:6379")

    assert header() == [
        "# Made from compose.yml:  dcgen scale rng=3 --mode http",
        "#   dcgen scale worker=10",
        "#   dcgen ambassador --redis db.example:6379",
    ]
    text = Path("generated.yml").read_text()
    assert "rng3:" in text
    assert "replicas: 10" in text
    assert "dcgen.upstream: db.example:6379" in text
    assert "kept: rng=3, worker=10\n" in result.stderr


@pytest.mark.usefixtures("folder")
def test_in_one_command_or_in_several_the_file_is_the_same() -> None:
    dcgen("scale", "rng=3", "worker=10", "--mode", "http")
    at_once = Path("generated.yml").read_text()
    dcgen("scale", "rng=3", "--mode", "http", "--fresh")
    dcgen("scale", "worker=10")

    assert Path("generated.yml").read_text() == at_once.replace(
        "worker=10 --mode http", "worker=10"
    )


@pytest.mark.usefixtures("folder")
def test_the_same_service_named_again_replaces_its_line() -> None:
    dcgen("scale", "rng", "3", "--mode", "http")
    dcgen("scale", "worker", "10")
    dcgen("scale", "rng", "2")
    dcgen("extra-hosts", "worker=192.0.2.7")

    assert header() == [
        "# Made from compose.yml:  dcgen scale rng=2",
        "#   dcgen extra-hosts worker=192.0.2.7",
    ]
    assert "mode=http" not in Path("generated.yml").read_text()


@pytest.mark.usefixtures("folder")
def test_what_was_said_once_is_not_said_again() -> None:
    first = dcgen("scale", "worker", "3")
    second = dcgen("scale", "rng", "3")

    assert "all replicas of 'worker' write" in first.stderr
    assert "worker" not in second.stderr.replace("kept: worker=3", "")


@pytest.mark.usefixtures("folder")
def test_fresh_starts_anew() -> None:
    dcgen("scale", "rng", "3")
    dcgen("scale", "worker", "10", "--fresh")

    assert header() == ["# Made from compose.yml:  dcgen scale worker=10"]


@pytest.mark.usefixtures("folder")
def test_undo_takes_a_line_back_until_the_source_is_left() -> None:
    dcgen("scale", "rng", "3")
    dcgen("scale", "worker", "10")
    dcgen("undo", "rng")
    assert header() == ["# Made from compose.yml:  dcgen scale worker=10"]
    dcgen("undo", "worker")

    assert header() == ["# Made from compose.yml"]
    assert Path("generated.yml").read_text().endswith(SOURCE)
    result = dcgen("undo", "worker", code=1)
    assert "nothing was done to 'worker'" in result.stderr


def test_refresh_follows_the_source(folder: Path) -> None:
    dcgen("scale", "rng", "3")
    (folder / "compose.yml").write_text(SOURCE.replace("image: rng", "image: dice"))
    assert "out of date" in dcgen("refresh", "--check", code=1).stderr
    dcgen("refresh")

    assert Path("generated.yml").read_text().count("image: dice") == 3
    dcgen("refresh", "--check")


def test_a_change_that_cannot_be_made_again_is_named(folder: Path) -> None:
    dcgen("scale", "rng", "3")
    before = Path("generated.yml").read_text()
    (folder / "compose.yml").write_text(SOURCE.replace("rng:\n", "dice:\n", 1))
    result = dcgen("scale", "worker", "2", code=1)

    assert result.stderr == (
        "compose.yml:1: cannot make this change again: dcgen scale rng=3:"
        " no service named 'rng'\n"
        "  fix: take it back with `dcgen undo rng`, or start anew with `--fresh`\n"
    )
    assert Path("generated.yml").read_text() == before


@pytest.mark.usefixtures("folder")
def test_a_generated_file_that_is_changed_itself_records_it() -> None:
    dcgen("scale", "rng", "3", "--mode", "http", "--sticky")
    dcgen("scale", "rng", "2", "--no-sticky", "-f", "generated.yml")
    dcgen("ambassador", "--redis", "db.example:6379", "-f", "generated.yml")
    by_steps = Path("generated.yml").read_text()

    assert header() == [
        "# Made from compose.yml:  dcgen scale rng=2 --mode http --no-sticky",
        "#   dcgen ambassador --redis db.example:6379",
    ]
    dcgen("refresh")
    assert Path("generated.yml").read_text() == by_steps


@pytest.mark.usefixtures("folder")
def test_standard_output_and_input_record_nothing() -> None:
    made = dcgen("scale", "rng", "3", "-o", "-").stdout
    dcgen("scale", "worker", "2", "-f", "-", stdin=SOURCE)

    assert "Made from" not in made
    assert "Made from" not in Path("generated.yml").read_text()


def test_sources_and_files_are_named_from_the_folder_of_the_output(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "out").mkdir()
    (folder / "ca.pem").write_text("a certificate")
    words = ("--tls", "--ca-file", "ca.pem", "-o", "out/g.yml")
    dcgen("ambassador", "--redis", "db.example:6379", *words)
    text = Path("out/g.yml").read_text()

    assert header("out/g.yml")[0] == (
        "# Made from ../compose.yml:  dcgen ambassador --redis db.example:6379"
        " --tls --ca-file ../ca.pem"
    )
    monkeypatch.chdir(folder / "out")
    dcgen("refresh", "-o", "g.yml")
    assert Path("g.yml").read_text() == text


@pytest.mark.usefixtures("folder")
def test_an_overlay_stays_one() -> None:
    dcgen("scale", "rng", "3", "--overlay")
    dcgen("scale", "worker", "2")

    assert header() == [
        "# Made from compose.yml (overlay):  dcgen scale rng=3",
        "#   dcgen scale worker=2",
    ]
    assert "image: redis" not in Path("generated.yml").read_text()


@pytest.mark.usefixtures("folder")
def test_another_source_keeps_nothing() -> None:
    dcgen("scale", "rng", "3")
    Path("other.yml").write_text(SOURCE)
    dcgen("scale", "worker", "2", "-f", "other.yml", "-o", "generated.yml")

    assert header() == ["# Made from other.yml:  dcgen scale worker=2"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "made",
    [
        pytest.param("ambassador --redis db.example:6379 -f - -o generated.yml", id="by a pipe"),
        pytest.param("swarm -f - -o generated.yml -q", id="a stack"),
    ],
)
def test_what_says_not_what_made_it_is_not_made_anew_unless_asked(made: str) -> None:
    Path("compose.yml").write_text(SOURCE.replace("./data:", "data:") + "volumes: {data: {}}\n")
    piped = dcgen("scale", "rng=3", "worker=10", "-o", "-").stdout
    dcgen(*made.split(), stdin=piped)
    before = Path("generated.yml").read_text()
    dcgen(*made.split(), stdin=piped)
    refused = dcgen("scale", "web", "2", code=1)

    assert refused.stderr == (
        "generated.yml: dcgen made the file, but it does not say how:"
        " what was done before would be lost\n"
        "  fix: choose another file with `-o`, or start anew with `--fresh`\n"
    )
    assert Path("generated.yml").read_text() == before
    assert "make it first: dcgen scale SERVICE=N --fresh\n" in dcgen("refresh", code=1).stderr
    for option in ("--force", "--fresh"):
        Path("generated.yml").write_text(before)
        dcgen("scale", "web", "2", option)
        assert header() == ["# Made from compose.yml:  dcgen scale web=2"]


@pytest.mark.usefixtures("folder")
def test_a_long_record_of_a_long_file_is_found() -> None:
    services = {f"s{number}": {"image": "x" * 1000} for number in range(100)}
    Path("compose.yml").write_text(json.dumps({"services": {**services, "rng": {"image": "a"}}}))
    dcgen("scale", "rng", "3")
    dcgen("scale", "s1", "2")

    assert "scale rng=3" in Path("generated.yml").read_text()[:1000]


@pytest.mark.usefixtures("folder")
def test_what_is_not_there_cannot_be_made_again() -> None:
    assert dcgen("refresh", code=1).stderr == (
        "generated.yml: there is no such file\n  fix: make it first: dcgen scale SERVICE=N\n"
    )
    Path("own.yml").write_text(SOURCE)
    assert "does not say what made it" in dcgen("refresh", "-o", "own.yml", code=1).stderr


@pytest.mark.usefixtures("folder")
def test_lines_are_those_of_the_source_after_a_first_change() -> None:
    result = dcgen("scale", "rng=3", "worker=2")

    assert "compose.yml:10: all replicas of 'worker' write to ./data" in result.stderr


RECORDS = [
    Record(("compose.yml",), ()),
    Record(("a b.yml", "it's.yml"), (Change("scale", "rng=3 --mode http"),), "overlay"),
    Record(("x:  dcgen y.yml",), (Change("scale", "'a b=3'"), Change("detach", "redis"))),
]


@pytest.mark.parametrize("made", RECORDS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_written_is_read_back(made: Record, newline: str) -> None:
    text = f"{HEADER}{newline}services: {{}}{newline}"
    written = record.write(text, made)

    assert record.read(written) == made
    assert record.write(written, None) == text
    assert record.write(written, made) == written


@pytest.mark.parametrize(
    "line", ["", "# Made from 'x:  dcgen scale rng=3", "# Made from x:  dcgen scale", "# Made"]
)
def test_a_header_that_was_spoilt_says_nothing(line: str) -> None:
    assert record.read(f"{HEADER}\n{line}\nservices: {{}}\n") is None
