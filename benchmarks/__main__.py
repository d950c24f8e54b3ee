"""Measure the data plane: ``python -m benchmarks``, or ``make bench`` and ``make bench-check``."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from benchmarks.dataplane.ambassadors import ambassadors
from benchmarks.dataplane.bars import missed
from benchmarks.dataplane.idle import idle
from benchmarks.dataplane.membership import membership
from benchmarks.dataplane.outages import outages
from benchmarks.dataplane.processes import allow_descriptors, need
from benchmarks.dataplane.reloads import reloads
from benchmarks.dataplane.report import OTHERS, report
from benchmarks.dataplane.samples import Sample, Samples, load, saved
from benchmarks.dataplane.scale import FULL, QUICK, Scale
from benchmarks.dataplane.throughput import throughput
from benchmarks.dataplane.unevenness import unevenness
from benchmarks.dataplane.web_proxies import web_proxies
from benchmarks.quiet import Quiet

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- dataplane: begin -->\n", "<!-- dataplane: end -->\n"
PROGRAMS = ("haproxy", "nginx", "caddy", "wrk", "redis-server", "redis-benchmark")

Experiment = Callable[[Scale, Path, Quiet], Iterator[Sample]]
EXPERIMENTS: dict[str, Experiment] = {
    "throughput": throughput,
    "web_proxies": web_proxies,
    "ambassadors": ambassadors,
    "unevenness": unevenness,
    "outages": outages,
    "idle": idle,
    "reloads": reloads,
    "membership": membership,
}


@click.command()
@click.option("--quick", is_flag=True, help="A small run: a few minutes, wide ranges.")
@click.option("--only", multiple=True, type=click.Choice(list(EXPERIMENTS)), help="Repeatable.")
@click.option("--patience", default=900.0, help="Seconds to wait, in all, for quiet processors.")
@click.option("--rest", default=0.0, help="Seconds to leave the processors to others, each turn.")
@click.option("--check", is_flag=True, help="Exit 1 and say which bar is missed, if one is.")
@click.option("--save", "file", type=click.Path(path_type=Path), help="Keep every value measured.")
@click.option("--load", "files", multiple=True, type=click.Path(exists=True, path_type=Path))
@click.option("--write", is_flag=True, help="Put the tables into docs/benchmarks.md.")
def main(  # noqa: PLR0913 - one for each option
    *,
    quick: bool,
    patience: float,
    rest: float,
    only: tuple[str, ...],
    check: bool,
    file: Path | None,
    files: tuple[Path, ...],
    write: bool,
) -> None:
    """Measure dcgen's balancer and ambassador beside other ways; print the tables."""
    quiet = Quiet(patience_s=0 if quick else patience, rest_s=rest)
    samples = [sample for each in files for sample in load(each)]
    if only or not files:
        scale = QUICK if quick else FULL
        samples += saved(run(scale, only or tuple(EXPERIMENTS), quiet), file)
    found = Samples(tuple(samples))
    page = "".join(f"{line}\n" for line in report(found))
    click.echo(page)
    if write:
        before, _, after = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        text = before + BEGIN + page + END + after.partition(END)[2]
        PAGE.write_text(text, encoding="utf-8")
    faults = missed(found)
    if check and faults:
        click.echo("\n".join(faults), err=True)
        sys.exit(1)


def run(scale: Scale, experiments: tuple[str, ...], quiet: Quiet) -> Iterator[Sample]:
    """Yield everything that *experiments* measure, one after the other."""
    need(*PROGRAMS)
    allow_descriptors()
    for name in experiments:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="dcgen-") as folder:
            quiet.others.clear()
            yield from EXPERIMENTS[name](scale, Path(folder), quiet)
            for turn, share in enumerate(quiet.others):
                yield Sample(name, OTHERS, "others", turn, share)
        click.echo(f"{name}: {time.monotonic() - began:.0f} s", err=True)


if __name__ == "__main__":
    main()
