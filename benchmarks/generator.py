"""What a transform costs: the start, one service of DockerCoins, and growth with the file.

``python -m benchmarks.generator`` measures, prints a page and writes it into docs/benchmarks.md
and benchmarks/generator.json. With ``--check`` it writes nothing, and exits 1 if a bar is missed
or a ratio is worse than the committed one by more than half.

Every time is the processor time of a whole process, from its start to its end: on a quiet machine
that is what a person waits, and on a busy one it is still what the program costs. All contestants
take turns; a ratio is the median of the ratios within each turn.
"""

import compileall
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.measure import interleave, machine, spread

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "benchmarks" / "generator.json"
ROOMS = ("ambassador", "composefile", "dcgen", "engine", "faults", "generator", "lb")
BEGIN, END = "<!-- generator: begin -->\n", "<!-- generator: end -->\n"

PYTHON = sys.executable
DCGEN = str(Path(PYTHON).with_name("dcgen"))
BARE, READER, OURS = "bare Python", "Python with its YAML reader", "`dcgen scale rng 3`"
COMPOSE, COMPOSE_1 = "`docker compose config`", "`docker-compose` 1.29 `config`"
PS, HELP, COMPOSE_1_HELP = "`dcgen ps`", "`dcgen --help`", "`docker-compose` 1.29 `--help`"

SIZES = (10, 100, 375, 750, 1500, 3000)
REPLICAS = (10, 125, 250, 500, 1000)
DOUBLING = 2.2
SLACK = 1.5  # a ratio may be so much worse than the committed one: machines differ
BARS = {
    "small case, to Python with its YAML reader": 3.6,
    "small case, to `docker-compose` 1.29 `config`": 0.5,
    "file of 750 services, to 375": DOUBLING,
    "file of 1500 services, to 750": DOUBLING,
    "file of 3000 services, to 1500": DOUBLING,
    "250 replicas, to 125": DOUBLING,
    "500 replicas, to 250": DOUBLING,
    "1000 replicas, to 500": DOUBLING,
    "seconds for 3000 services": 10.0,
}

Times = Mapping[str, list[float]]  # by contestant: the milliseconds of each turn


def main(arguments: list[str]) -> int:
    """Measure; return the exit code."""
    # As pip does for what it installs: else a checkout would be compiled in each run.
    for room in ROOMS:
        compileall.compile_dir(ROOT / room, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        small = interleave(small_case(Path(folder)), 31)
        files = interleave(growing_files(Path(folder)), 3)
        replicas = interleave(growing_replicas(Path(folder)), 11)
    found = ratios(small, files, replicas)
    page = "".join(f"{line}\n" for line in report(small, files, replicas, found))
    print(page)  # noqa: T201 - the product of a benchmark
    if "--check" in arguments:
        faults = list(worse(found))
        print("\n".join(faults) or "as good as the committed results")  # noqa: T201 - see above
        return 1 if faults else 0
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + page + END + rest.partition(END)[2])
    return 1 if list(missed(found)) else 0


def timed(command: list[str], folder: Path) -> float:
    """Return the milliseconds of processor time that *command* took.

    Raises:
        RuntimeError: It failed.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        raise RuntimeError(f"{command} failed: {run.stderr.decode()}")
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def small_case(folder: Path) -> dict[str, Callable[[], float]]:
    """Return the contestants on DockerCoins."""
    coins = folder / "dockercoins"
    shutil.copytree(ROOT / "dockercoins", coins, ignore=shutil.ignore_patterns("__pycache__"))
    commands = {
        BARE: [PYTHON, "-c", "pass"],
        READER: [PYTHON, "-c", "import ruamel.yaml"],
        OURS: [DCGEN, "scale", "rng", "3"],
        # Without Docker's own time: what a person waits for a list of processes.
        PS: [DCGEN, "ps", "--engine", "process"],
        HELP: [DCGEN, "--help"],
        **composes("compose.yml"),
    }
    if COMPOSE_1 in commands:
        commands[COMPOSE_1_HELP] = ["docker-compose", "--help"]
    return {name: partial(timed, command, coins) for name, command in commands.items()}


def composes(file: str) -> dict[str, list[str]]:
    """Return the commands by which Compose reads *file*: those of its generations that are here."""
    found = {}
    plugin = ["docker", "compose"]
    if shutil.which("docker") and not _fails([*plugin, "version"]):
        found[COMPOSE] = [*plugin, "-f", file, "config", "-q"]
    if shutil.which("docker-compose"):
        found[COMPOSE_1] = ["docker-compose", "-f", file, "config", "-q"]
    return found


def _fails(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def growing_files(folder: Path) -> dict[str, Callable[[], float]]:
    """Return the contestants on files of more and more services."""
    found: dict[str, Callable[[], float]] = {}
    for size in SIZES:
        name = f"{size}.yml"
        (folder / name).write_text(file_of(size))
        ours = [DCGEN, "scale", "svc5x", "3", "-q", "-f", name, "-o", f"{size}.out.yml"]
        found[f"{size} {OURS}"] = partial(timed, ours, folder)
        for who, command in composes(name).items():
            found[f"{size} {who}"] = partial(timed, command, folder)
    return found


def growing_replicas(folder: Path) -> dict[str, Callable[[], float]]:
    """Return the runs with more and more replicas."""
    return {
        str(count): partial(
            timed,
            [DCGEN, "scale", "svc5x", str(count), "-q", "-f", "10.yml", "-o", f"{count}.out.yml"],
            folder,
        )
        for count in REPLICAS
    }


def file_of(services: int) -> str:
    """Return a Compose file of so many *services*, each dialled by the next."""
    lines = ["# An application of many services", "services:"]
    for number in range(services):
        before = max(number - 1, 0)
        lines += [
            f"  # service {number}",
            f"  svc{number}x:",
            f"    image: example/svc:{number}",
            "    restart: always",
            "    environment:",
            f"      PEER: http://svc{before}x:80/  # the one before",
            f'    ports: ["{10000 + number}:80"]',
            *([f"    depends_on:\n      - svc{before}x"] if number else []),
            "",
        ]
    return "\n".join(lines)


def ratios(small: Times, files: Times, replicas: Times) -> dict[str, float]:
    """Return what the bars are about, for as much as was measured."""
    found = {"small case, to Python with its YAML reader": ratio(small, OURS, READER)}
    if COMPOSE_1 in small:
        found["small case, to `docker-compose` 1.29 `config`"] = ratio(small, OURS, COMPOSE_1)
    for half, size in _doublings(SIZES):
        name = f"file of {size} services, to {half}"
        found[name] = ratio(files, f"{size} {OURS}", f"{half} {OURS}")
    for half, count in _doublings(REPLICAS):
        found[f"{count} replicas, to {half}"] = ratio(replicas, str(count), str(half))
    found["seconds for 3000 services"] = median(files[f"3000 {OURS}"]) / 1000
    return {name: round(value, 2) for name, value in found.items()}


def ratio(times: Times, one: str, other: str) -> float:
    """Return how much longer *one* took than *other* in the middle of all turns."""
    return median(a / b for a, b in zip(times[one], times[other], strict=True))


def _doublings(steps: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    return ((step, 2 * step) for step in steps if 2 * step in steps)


def missed(found: Mapping[str, float]) -> Iterator[str]:
    """Yield a sentence for each bar that *found* misses."""
    for name, value in found.items():
        if value > BARS[name]:
            yield f"{name}: {value}, and the bar is {BARS[name]}"


def worse(found: Mapping[str, float]) -> Iterator[str]:
    """Yield a sentence for each bar missed, and each ratio much worse than the committed one."""
    yield from missed(found)
    for name, committed in json.loads(RESULTS.read_text()).items():
        if found.get(name, 0) > committed * SLACK:
            yield f"{name}: {found[name]}, and the committed result is {committed}"


def report(
    small: Times, files: Times, replicas: Times, found: Mapping[str, float]
) -> Iterator[str]:
    """Yield the lines of the page."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield f"{machine()}, Python {version}."
    yield "Milliseconds of processor time: median (least to greatest)."
    yield ""
    yield f"| DockerCoins, five services | ms | to {READER} |"
    yield "|---|---|---|"
    for name, times in small.items():
        yield f"| {name} | {_shown(times)} | {ratio(small, name, READER):.2f} |"
    yield ""
    who = [name for name in (OURS, COMPOSE, COMPOSE_1) if f"10 {name}" in files]
    yield f"| services in the file | {' | '.join(who)} |"
    yield "|---" * (len(who) + 1) + "|"
    for size in SIZES:
        yield f"| {size:,} | {' | '.join(_shown(files[f'{size} {name}']) for name in who)} |"
    yield ""
    yield "| replicas of one of 10 services | ms |"
    yield "|---|---|"
    for count, times in replicas.items():
        yield f"| {count} | {_shown(times)} |"
    yield ""
    yield "| ratio | measured | bar |"
    yield "|---|---|---|"
    for name, value in found.items():
        yield f"| {name} | {value:.2f} | {BARS[name]:g} |"


def _shown(times: list[float]) -> str:
    found = spread(times)
    return f"{found.median:,.0f} ({found.least:,.0f} to {found.greatest:,.0f})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
