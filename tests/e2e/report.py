"""What the scenarios measured, as one page: ``docs/e2e.md`` is a copy of a real run's."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

# Runs beside each other each have a page.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
REPORT = Path(__file__).parents[2] / ".artifacts" / f"e2e-report{_WORKER and '-'}{_WORKER}.md"
HEAD = """\
# What the end-to-end tests measured

`make e2e` writes such pages to `.artifacts/`, one for each of its labs, after a run on real
Docker Engines: one that sees this machine's files, and three hosts beside it, each with its own
daemon, address and images (see `tests/lab/`). A part of them runs on Debian's newest Engine and
Compose too: "the engine of today". Absolute speeds depend on the machine and on what else it
does; the ratios are what is promised. Figures without a bar are recorded, not judged.

Measured on {cores} cores, all Engines and all workers on the same machine.
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; *bar* is what it must reach, empty if it is only recorded."""

    what: str
    value: str
    bar: str


@dataclass
class Report:
    """The figures of a run, by test, in the order in which they were measured; *head* is above."""

    figures: dict[str, list[Figure]] = field(default_factory=dict)
    head: str = HEAD

    def text(self) -> str:
        """Return the page."""
        parts = [self.head.format(cores=os.cpu_count())]
        for test, figures in self.figures.items():
            rows = [f"| {one.what} | {one.value} | {one.bar} |" for one in figures]
            parts.append("\n".join([f"## {_sentence(test)}\n", *TABLE, *rows, ""]))
        return "\n".join(parts)


TABLE = ("| measured | figure | bar |", "|---|---|---|")


@dataclass(frozen=True, slots=True)
class Notebook:
    """Where one test notes its figures."""

    report: Report
    test: str

    def note(self, what: str, value: str, bar: str = "") -> None:
        """Record that *what* was *value*; *bar* says what it must reach."""
        self.report.figures.setdefault(self.test, []).append(Figure(what, value, bar))

    def note_speed(self, what: str, per_second: float) -> None:
        """Record a speed, in hashes a second."""
        self.note(what, f"{per_second:.1f} hashes/s")

    def note_ratio(self, what: str, ratio: float, least: float) -> None:
        """Record a ratio that must be at least *least*."""
        self.note(what, f"{ratio:.2f}", f"at least {least:g}")

    def note_seconds(self, what: str, seconds: float, most: float | None = None) -> None:
        """Record a time, and its aim *most*, on which no test fails: a busy machine misses it."""
        self.note(what, f"{seconds:.1f} s", f"at most {most:g} s" if most else "")

    def timed(self, what: str, do: Callable[[], Result]) -> Result:
        """Return what *do* returns, and record the time it took."""
        begin = time.monotonic()
        result = do()
        self.note_seconds(what, time.monotonic() - begin)
        return result


def _sentence(test: str) -> str:
    name, _, variant = test.partition("[")
    words = re.sub(r"^test_", "", name).replace("_", " ")
    words = re.sub(r"(\d) (\d)", r"\1.\2", words)
    words = words.replace("dockercoins", "DockerCoins").replace("redis", "Redis")
    words = words.replace("re scaling", "re-scaling")
    suffix = f" ({variant.rstrip(']')})" if variant else ""
    return words[0].upper() + words[1:] + suffix
