"""What the output is on the disk: whose file, who may read it, and what is no file at all."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from dcgen import output
from tests.dcgen.door import dcgen, names


def test_link_to_the_output_stays_a_link(coins: Path) -> None:
    dcgen("scale", "rng", "2", "-o", "real.yml")
    (coins / "generated.yml").symlink_to("real.yml")

    dcgen("scale", "rng", "3")

    assert (coins / "generated.yml").is_symlink()
    assert "rng3:" in (coins / "real.yml").read_text()


def test_rights_of_an_output_that_is_there_stay(coins: Path) -> None:
    dcgen("scale", "rng", "2")
    (coins / "generated.yml").chmod(0o600)

    dcgen("scale", "rng", "3")

    assert (coins / "generated.yml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_a_new_output_may_be_read_by_no_more_than_its_source(coins: Path, umask: int) -> None:
    (coins / "compose.yml").chmod(0o640)
    before = os.umask(umask)
    try:
        dcgen("scale", "rng", "3", "--lb-config", "file")
    finally:
        os.umask(before)

    assert (coins / "generated.yml").stat().st_mode & 0o777 == 0o640 & ~umask
    # HAProxy reads its own file as another user.
    assert (coins / "rng.haproxy.cfg").stat().st_mode & 0o777 == 0o666 & ~umask | 0o444


def test_a_configuration_that_was_unreadable_becomes_readable(coins: Path) -> None:
    dcgen("scale", "rng", "3", "--lb-config", "file")
    (coins / "rng.haproxy.cfg").chmod(0o600)

    dcgen("scale", "rng", "3", "--lb-config", "file")

    assert (coins / "rng.haproxy.cfg").stat().st_mode & 0o777 == 0o644


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_the_owner_of_the_source_owns_a_new_output_and_an_old_one_keeps_its_own(
    coins: Path,
) -> None:
    os.chown(coins / "compose.yml", 1234, 1235)
    dcgen("scale", "rng", "3")
    first = (coins / "generated.yml").stat()
    os.chown(coins / "generated.yml", 4321, 4322)
    dcgen("scale", "rng", "4")
    second = (coins / "generated.yml").stat()

    assert (first.st_uid, first.st_gid) == (1234, 1235)
    assert (second.st_uid, second.st_gid) == (4321, 4322)


def test_a_huge_file_in_the_place_of_the_output_is_not_read(coins: Path) -> None:
    with (coins / "generated.yml").open("wb") as file:
        file.truncate(1 << 40)  # a hole, which costs no disk

    assert dcgen("scale", "rng", "3").exit_code == 1
    assert dcgen("scale", "rng", "3", "--force").exit_code == 0
    assert "rng3:" in (coins / "generated.yml").read_text()


def test_a_named_pipe_is_written_into(coins: Path) -> None:
    os.mkfifo(coins / "pipe.yml")
    with subprocess.Popen(["cat", "pipe.yml"], stdout=subprocess.PIPE, text=True) as reader:
        result = dcgen("scale", "rng", "3", "-o", "pipe.yml")
        received, _ = reader.communicate()

    assert result.exit_code == 0
    assert "rng3:" in received
    assert (coins / "pipe.yml").is_fifo()


def test_a_named_pipe_elsewhere_gets_what_standard_output_would(
    coins: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (coins / ".env").write_text("COMPOSE_PROFILES=dev\n")
    pipe = tmp_path_factory.mktemp("elsewhere") / "pipe.yml"
    os.mkfifo(pipe)
    monkeypatch.chdir(pipe.parent)
    source = ("scale", "rng", "3", "-f", str(coins / "compose.yml"))
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        result = dcgen(*source, "-o", str(pipe))
        received, _ = reader.communicate()

    lines = [line for line in received.splitlines() if not line.startswith("# Made from ")]
    assert lines == dcgen(*source, "-o", "-").stdout.splitlines()
    assert "fix: run it there: docker compose --project-directory" in result.stderr


def test_a_named_pipe_that_nobody_reads_is_not_waited_for_without_end(
    coins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "READER_WITHIN_S", 0.2)
    os.mkfifo(coins / "generated.yml")

    result = dcgen("scale", "rng", "3")

    assert result.exit_code == 3
    assert result.stderr.startswith("generated.yml: nothing reads the named pipe after 0 s\n")
    assert (coins / "generated.yml").is_fifo()


@pytest.mark.usefixtures("coins")
@pytest.mark.parametrize("words", [(), ("--force",)])
def test_a_device_is_written_into(words: tuple[str, ...]) -> None:
    result = dcgen("scale", "rng", "3", "-o", "/dev/null", *words)

    assert result.exit_code == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("words", [(), ("--force",)])
def test_a_folder_or_a_socket_is_not_replaced(coins: Path, words: tuple[str, ...]) -> None:
    (coins / "out").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
        refused = [dcgen("scale", "rng", "3", "-o", name, *words) for name in ("out", "s")]

    assert [result.exit_code for result in refused] == [3, 3]
    assert refused[0].stderr.startswith("out: the output is a folder\n")
    assert refused[1].stderr.startswith("s: the output is no file\n")
    assert (coins / "s").is_socket()


def test_output_that_cannot_be_written_is_code_3_and_leaves_nothing(coins: Path) -> None:
    (coins / "folder").mkdir()

    result = dcgen("scale", "rng", "3", "-o", "folder")

    assert result.exit_code == 3
    assert result.stderr.startswith("folder: the output is a folder\n")
    assert names(coins) == ["compose.yml", "folder"]


def test_a_link_to_itself_is_neither_followed_nor_replaced(coins: Path) -> None:
    (coins / "generated.yml").symlink_to("generated.yml")

    result = dcgen("scale", "rng", "3")

    assert result.exit_code == 3
    assert result.stderr.startswith("generated.yml: the output is a link to itself\n  fix: ")
    assert (coins / "generated.yml").is_symlink()
