"""Options of the whole test run, and what ends with a test."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

if "CI" not in os.environ:  # there it has a profile of its own, without a deadline, too
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the end-to-end tests."""
    what = "end-to-end tests: use the Docker Engine that answers here instead of a private one"
    parser.addoption("--use-engine", action="store_true", help=what)


def pytest_configure() -> None:
    """Let Ctrl-C reach what the tests start: a run in the background of a script ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def cleanup() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack
