"""What passes between a host of the lab and all others, byte by byte."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab import network

# Every frame, both ways, on the port of the bridge that the host is connected to.
_SCRIPT = """
import socket, sys
port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
port.bind((sys.argv[1], 0))
with open(sys.argv[2], "wb", buffering=0) as file:
    print("listens", flush=True)
    while True:
        file.write(port.recv(1 << 18))
"""


@contextmanager
def captured(lab: str, name: str, file: Path) -> Iterator[None]:
    """Write all that the host *name* of *lab* sends and gets meanwhile to *file*."""
    place = ("ip", "netns", "exec", network.namespace(lab, "lan"))
    command = (*place, sys.executable, "-c", _SCRIPT, name, str(file))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"listens\n"
        try:
            yield
        finally:
            process.kill()
