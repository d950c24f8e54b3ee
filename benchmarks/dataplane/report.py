"""What was measured, as the tables of docs/benchmarks.md."""

import re
import shutil
import subprocess
from collections.abc import Iterator

from benchmarks.dataplane.bars import BARS, METRICS, number
from benchmarks.dataplane.samples import Samples
from benchmarks.measure import Spread, machine, spread

OTHERS = "other programs"

# Each table: its heading, its first metric (whose cases are its rows), and its other metrics.
_TABLES = (
    ("Fast servers", "rate", r"(new|kept) \d+", ("rate", "p99_ms", "served")),
    ("HTTP proxies", "rate", r"HTTP proxies, .*", ("rate", "cpu_us", "p99_ms", "failed")),
    ("Slow servers, one request at a time", "ideal", r".*serial.*", ("rate", "ideal", "p99_ms")),
    ("Redis", "rate", r"redis .*", ("rate", "p99_ms")),
    ("Idle connections", "held", r".*", ("opened", "held", "memory_b")),
    ("Reloads, five per second", "reloads", r".*", ("reloads", "rate", "failed")),
    ("New replicas", "first_s", r".*", ("first_s", "failed")),
    ("Changes by DNS", "requests", r".*", ("requests", "failed", "longest_s")),
    (
        "One server lost",
        "longest_s",
        r"one of three .*",
        ("failed", "share", "back_s", "longest_s"),
    ),
)
_VERSIONS = (
    ("haproxy", "-v", r"version ([\d.]+)"),
    ("nginx", "-v", r"nginx/([\d.]+)"),
    ("caddy", "version", r"v?([\d.]+)"),
    ("redis-server", "--version", r"v=([\d.]+)"),
    ("wrk", "-v", r"wrk \S*?([\d.]+)"),
)


def report(samples: Samples) -> Iterator[str]:
    """Yield the lines of the page: the machine, the bars, and every table."""
    yield f"{machine()}; {', '.join(versions())}."
    others = [sample.value for sample in samples.all if sample.contestant == OTHERS]
    if others:
        share = spread(others)
        yield (
            f"Other programs used {share.median:.0%} of the processors during a turn "
            f"(at most {share.greatest:.0%})."
        )
    yield ""
    yield from bars(samples)
    for heading, metric, cases, metrics in _TABLES:
        found = [case for case in samples.cases(metric) if re.fullmatch(cases, case)]
        if found:
            yield ""
            yield f"#### {heading}"
            yield ""
            yield from table(samples, found, metrics)


def bars(samples: Samples) -> Iterator[str]:
    """Yield a table of what the bars ask for and what was measured."""
    yield "| | bar | limit | measured | |"
    yield "|---|---|---|---|---|"
    for bar in BARS:
        value = bar.value(samples)
        if value is not None:
            missed = "out of reach" if bar.passes(value) else "**missed**"
            verdict = "met" if bar.holds(value) else missed
            yield f"| {bar.number} | {bar.name} | {bar.limit} | {number(value)} | {verdict} |"


def table(samples: Samples, cases: list[str], metrics: tuple[str, ...]) -> Iterator[str]:
    """Yield a table of *metrics*, one line for each of *cases* and contestants."""
    yield f"| | | {' | '.join(METRICS[metric] for metric in metrics)} |"
    yield "|---|---|" + "---|" * len(metrics)
    for case in cases:
        for contestant in dict.fromkeys(s.contestant for s in samples.all if s.case == case):
            shown = (_shown(samples.spread(case, metric, contestant)) for metric in metrics)
            yield f"| {case} | {contestant} | {' | '.join(shown)} |"


def _shown(found: Spread | None) -> str:
    if found is None:
        return ""
    if found.least == found.greatest:
        return number(found.median)
    return f"{number(found.median)} ({number(found.least)} to {number(found.greatest)})"


def versions() -> Iterator[str]:
    """Yield what takes part, with its version, as far as it is installed."""
    for program, flag, pattern in _VERSIONS:
        if shutil.which(program):
            run = subprocess.run([program, flag], capture_output=True, text=True, check=False)
            match = re.search(pattern, run.stdout + run.stderr)
            yield f"{program} {match[1]}" if match else program
