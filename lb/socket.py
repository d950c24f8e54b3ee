"""What an HAProxy process counted, asked through its runtime socket.

Source: HAProxy Management Guide, 9.1 "CSV format" and 9.3 "show stat".
"""

import csv
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_TIMEOUT_S = 1.0


def served(path: Path) -> dict[str, int]:
    """Return how many requests (TCP mode: connections) each server was given, since the start.

    A server that stands in several backends is counted once, with the sum.

    Args:
        path: The runtime socket.

    Raises:
        OSError: Nobody answers there.
    """
    counts: Counter[str] = Counter()
    for row in _rows(ask(path, "show stat")):
        if row["svname"] not in {"FRONTEND", "BACKEND"}:
            counts[row["svname"]] += int(row["stot"] or 0)
    return dict(counts)


def ask(path: Path, command: str) -> str:
    """Return the answer of the process behind the runtime socket *path* to one *command*.

    Raises:
        OSError: Nobody answers there.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_TIMEOUT_S)
        connection.connect(str(path))
        connection.sendall(f"{command}\n".encode())
        with connection.makefile(encoding="utf-8") as answer:
            return answer.read()


def _rows(answer: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(answer.removeprefix("# ").splitlines())
