"""Fixtures: the services of DockerCoins, and a Redis, that end with the test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.dockercoins.running import RedisServer, Running, Start, starter


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as cleanup:
        yield starter(tmp_path, cleanup)


@pytest.fixture(scope="module")
def start_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    with ExitStack() as cleanup:
        yield starter(tmp_path_factory.mktemp("services"), cleanup)


@pytest.fixture
def later_redis(tmp_path: Path) -> Iterator[RedisServer]:
    if not shutil.which("redis-server") and "CI" not in os.environ:  # in CI it must be there
        pytest.skip("no redis-server on PATH")
    with ExitStack() as cleanup:
        yield RedisServer(tmp_path, cleanup)


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
