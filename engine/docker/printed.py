"""What ``docker stats`` and ``docker compose logs`` print, read."""

import re
from datetime import datetime

_UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
# `docker stats` clears the screen between two tables, whatever their form.
_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# worker-1  | 2026-11-25T14:52:16.123456789Z the text; Compose 1 says worker_1.
_LINE = re.compile(r"^(\S+?)\s*\| (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z (.*)$")


def plain(line: str) -> str:
    """Return *line* without what would steer a terminal."""
    return _ESCAPE.sub("", line)


def log_line(line: str) -> tuple[str, float, str] | None:
    """Return whose *line* of Compose's it is, when it was written (seconds since 1970), its text.

    None if it is another one. Compose 2 erases the line on the terminal before it writes one.
    """
    match = _LINE.match(plain(line))
    if not match:
        return None
    at_s = datetime.fromisoformat(f"{match[2]}+00:00").timestamp() + float(match[3] or 0)
    return match[1], at_s, match[4]


def percent_in(text: str) -> float | None:
    """Return the number in ``12.34%``; None in ``--``, which means that it is not known."""
    number = text.strip().removesuffix("%")
    return float(number) if re.fullmatch(r"\d+(\.\d+)?", number) else None


def bytes_in(text: str) -> int | None:
    """Return what ``10.5MiB`` is in bytes; None if it is nothing of the kind."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)([A-Za-z]+)\s*", text)
    return round(float(match[1]) * _UNITS[match[2]]) if match and match[2] in _UNITS else None
