"""DockerCoins for a while, and half-way a replica of rng is killed: what does that cost?

Run it with ``make demo``. The others go on, and the balancer gives them what the killed one had.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from benchmarks.program import DCGEN, exit_code

_LOOK_EVERY_S = 0.5


def kill(file: str, service: str) -> bool:
    """Kill the processes of *service* in the run of *file*; return whether there was one."""
    command = [*DCGEN, "ps", "--json", "-f", file, "--engine", "process"]
    listed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    pids = [e["pid"] for e in json.loads(listed.stdout) if e["service"] == service and e["pid"]]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return bool(pids)


@click.command()
@click.argument("file")
@click.option("--for", "seconds", default=20.0, show_default=True, help="Seconds of the run.")
@click.option("--kill", "service", default="rng2", show_default=True, help="Whom to kill.")
@click.option("--top", "port", default=0, help="Port for the page of dcgen top; 0 for none.")
def main(file: str, seconds: float, service: str, port: int) -> None:
    """Run FILE as processes, kill a service half-way, and end with the exit code of the run."""
    up = [*DCGEN, "up", "-f", file, "--engine", "process", "--no-logs", "--for", str(seconds)]
    with _shown(file, port), subprocess.Popen(up) as run:
        try:
            _kill_half_way(run, file, seconds, service)
        except KeyboardInterrupt:
            run.wait()  # Ctrl-C has reached it too, and it ends with its summary
    sys.exit(exit_code(run))


@contextmanager
def _shown(file: str, port: int) -> Iterator[None]:
    # What a replica of rng can do a second: its work takes a tenth of one.
    words = ("--web", str(port), "--engine", "process", "--interval", "1", "--limit", "rng=10")
    if not port:
        yield
        return
    with subprocess.Popen([*DCGEN, "top", "-f", file, *words], stdout=subprocess.DEVNULL) as top:
        try:
            yield
        finally:
            top.terminate()


def _kill_half_way(run: "subprocess.Popen[bytes]", file: str, seconds: float, service: str) -> None:
    try:
        run.wait(seconds / 2)
    except subprocess.TimeoutExpired:
        while run.poll() is None:
            if kill(file, service):
                click.echo(f"{service} is killed: the other replicas take its requests", err=True)
                run.wait()
            else:  # on a busy machine it may be about to start
                time.sleep(_LOOK_EVERY_S)


if __name__ == "__main__":
    main()
