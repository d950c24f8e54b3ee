"""Running a program."""

import pytest

from tests.lab.commands import CommandError, run


def test_what_the_program_wrote_is_returned() -> None:
    assert run("echo", "hello") == "hello\n"


def test_a_failure_shows_the_command_its_code_and_its_words() -> None:
    with pytest.raises(CommandError, match=r"(?s)sh -c.*exit code 7\nwhy"):
        run("sh", "-c", "echo why >&2; exit 7")


def test_a_program_that_is_too_slow_is_ended() -> None:
    with pytest.raises(CommandError, match=r"(?s)sleep 60\nnot done in 0\.1 s"):
        run("sleep", "60", timeout_s=0.1)


def test_a_program_that_reads_gets_no_input_instead_of_ours() -> None:
    assert run("cat") == ""
