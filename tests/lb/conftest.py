"""What the tests of the image share: servers, a port, and the image that balances them."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from lb.model import Address
from tests.lab.ports import free_port
from tests.lb.image import Image, wait_for
from tests.lb.processes import start_replica


@pytest.fixture
def one(cleanup: ExitStack) -> Address:
    return start_replica("one", cleanup)[0]


@pytest.fixture
def two(cleanup: ExitStack) -> Address:
    return start_replica("two", cleanup)[0]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def image(tmp_path: Path, cleanup: ExitStack) -> Image:
    return Image(tmp_path, cleanup)


@pytest.fixture
def running(image: Image, one: Address, port: int) -> subprocess.Popen[bytes]:
    """Start the image, which leads *port* to *one*, and wait until it does."""
    process = image.start(port, one)
    wait_for(port, "one")
    return process
