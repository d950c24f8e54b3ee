"""What an HAProxy process counted, asked through its runtime socket.

Source: HAProxy Management Guide, 9.1 "CSV format" and 9.3 "show stat".
"""

import csv
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_TIMEOUT_S = 1.0
# Thousands of servers fit; something else may answer without an end.
_MOST_CHARS = 64 * 1024 * 1024


def served(path: Path) -> dict[str, int]:
    """Return how many requests (TCP mode: connections) each server was given, since the start.

    A server that stands in several backends is counted once, with the sum.

    Args:
        path: The runtime socket.

    Raises:
        OSError: Nobody answers there, or no HAProxy.
    """
    counts: Counter[str] = Counter()
    answer = ask(path, "show stat")
    try:
        for row in _rows(answer):
            if row["svname"] not in {"FRONTEND", "BACKEND"}:
                counts[row["svname"]] += int(row["stot"] or 0)
    except (KeyError, ValueError, csv.Error) as error:
        raise OSError(f"this is no statistics of HAProxy: {answer[:80]!r}") from error
    return dict(counts)


def ask(path: Path, command: str, within_s: float = _TIMEOUT_S) -> str:
    """Return the answer of the process behind the runtime socket *path* to one *command*.

    Args:
        path: The runtime socket.
        command: One line, without its end.
        within_s: Seconds of silence after which it does not answer.

    Raises:
        OSError: Nobody answers there.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(within_s)
        connection.connect(str(path))
        connection.sendall(f"{command}\n".encode())
        with connection.makefile(encoding="utf-8", errors="replace") as answer:
            return answer.read(_MOST_CHARS)


def _rows(answer: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(answer.removeprefix("# ").splitlines())
