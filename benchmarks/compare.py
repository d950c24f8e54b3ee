"""DockerCoins with ten workers, first on one rng and then on three: what does scaling bring?

Run it with ``make compare``. Both runs use this machine's processes, one after the other.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.program import DCGEN, exit_code
from dcgen.reporting import INTERRUPTED

SOURCE = Path(__file__).parents[1] / "dockercoins/compose.yml"
FASTER_AT_LEAST = 2.7
SHARES_WITHIN = 0.2
REPLICAS = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What one run did: *rate* in units per second, *shares* as replica to requests served."""

    rate: float
    shares: dict[str, int]


def measure(seconds: float, *assignments: str) -> Result:
    """Return what DockerCoins does in *seconds*, scaled as *assignments* say (``rng=3``)."""
    with tempfile.TemporaryDirectory() as folder:
        variant = str(Path(folder, "compose.yml"))
        scale = [*DCGEN, "scale", *assignments, "-q", "-f", str(SOURCE), "-o", variant]
        _run(scale)
        up = [*DCGEN, "up", "-q", "-f", variant, "--engine", "process", "--for", str(seconds)]
        up += ["--free-ports", "--json"]  # the demo may be running beside us
        summary = json.loads(_run(up))
    if summary["exited"]:
        sys.exit(1)  # what is measured is not what was asked for, and dcgen has said why
    return Result(summary["units_per_s"], summary["requests"].get("rng", {}))


def _run(command: list[str]) -> str:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        try:
            said, _ = run.communicate()
        except KeyboardInterrupt:
            run.terminate()  # Ctrl-C has reached it too, unless it was just being started
            run.wait()
            raise
    if run.returncode:
        sys.exit(exit_code(run))  # it has said why
    return said


def findings(one: Result, three: Result) -> list[str]:
    """Return what the comparison of *one* rng with *three* must show, and does not."""
    found = []
    if three.rate < FASTER_AT_LEAST * one.rate:
        found.append(f"three rng are less than {FASTER_AT_LEAST} times as fast as one")
    fair = sum(three.shares.values()) / max(len(three.shares), 1)
    if len(three.shares) != REPLICAS or any(
        abs(share - fair) > SHARES_WITHIN * fair for share in three.shares.values()
    ):
        found.append(f"the shares of rng differ by more than {SHARES_WITHIN:.0%}")
    return found


@click.command()
@click.option("--for", "seconds", default=20.0, show_default=True, help="Seconds of each run.")
def main(seconds: float) -> None:
    """Measure ten workers on one rng, then on three; exit 1 if scaling does not pay."""
    try:
        found = _compare(seconds)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    for finding in found:
        click.echo(finding, err=True)
    sys.exit(1 if found else 0)


def _compare(seconds: float) -> list[str]:
    click.echo("1 rng, 10 workers: ", nl=False)  # so that nobody waits before an empty screen
    one = measure(seconds, "worker=10")
    click.echo(f"{one.rate:5.1f} units/s")
    click.echo("3 rng, 10 workers: ", nl=False)
    three = measure(seconds, f"rng={REPLICAS}", "worker=10")
    shares = ", ".join(f"{name} {share}" for name, share in three.shares.items())
    click.echo(f"{three.rate:5.1f} units/s ({shares} requests)")
    click.echo(f"three rng are {three.rate / one.rate:.2f} times as fast as one")
    return findings(one, three)


if __name__ == "__main__":
    main()
