"""Every command of dcgen on a hostile project, as a person runs it: what it may never do.

A case is drawn from a seed and a number alone, so it can be drawn again:
``make fuzz SEED=7 CASE=1234``. It is a fault if a run prints a traceback, does not end in time,
ends with a code that is none of dcgen's, lets a control character through, or writes elsewhere.
In some cases the folder of the run is what somebody broke; in others a run lives in it meanwhile.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fuzz import living, run_folders
from tests.fuzz.living import CODES, INTERRUPTED, SIGNS, WITHIN_S
from tests.fuzz.poison import ANYTHING
from tests.fuzz.projects import Project, lay_out, project

MEMORY_BYTES = 2 * 1024**3
DISTURBANCES = (
    *("nothing",) * 30,
    *("no stdin", "no stdout", "no stderr", "full stdout", "full stderr", "closed pipe"),
    *("no folder", "small files", "no files", "interrupt", "interrupt", "interrupt"),
)
# Of all cases: beside a run that lives; with the folder of a run that was left.
LIVING, LOOKING = 0.06, 0.3
# What may be on a terminal: no escape, no carriage return that hides a line.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# A frame of ours in a traceback; before `dcgen.start` has begun, Python itself answers Ctrl-C.
OURS = re.compile(
    r'File ".*/(?:dcgen|engine|composefile|generator|lb|faults)/(?!__|start|own_packages)'
)
RUN = ("--engine", "process", "--free-ports", "--for", "0.3")
PROCESS = ("--engine", "process")
DOORS: tuple[tuple[str, ...], ...] = (
    *(("scale", "web", "3"), ("scale", "web", "3", "--dynamic"), ("scale", "web=2", "worker=3")),
    *(("scale", "web", "3", "--overlay"), ("scale", "web", "3", "--diff"), ("scale", "X", "2")),
    *(("scale", "web", "3", "--mode", "http", "--sticky", "-o", "-"), ("scale", "web", "X")),
    *(("scale", "web", "3", "--lb-config", "file"), ("scale", "web", "3", "--lb-config", "args")),
    *(("scale", "worker", "4", "--port", "X"), ("scale", "web", "3", "--health-path", "X")),
    *(("ambassador", "redis=192.0.2.7:6379"), ("ambassador", "redis=X"), ("ambassador", "X=a:1")),
    *(("extra-hosts", "redis=192.0.2.7"), ("extra-hosts", "redis=X"), ("extra-hosts", "X=1.2.3.4")),
    *(("detach", "redis"), ("detach", "web", "--publish", "random"), ("detach", "X", "-o", "-")),
    *(("render", "80", "X:80"), ("render", "X", "web:80"), ("render", "80", "a:80", "b:80")),
    *(("up", *RUN), ("up", *RUN), ("up", *RUN, "--scale", "web=X"), ("up", *RUN, "--no-logs")),
    *(("up", *RUN), ("up", *RUN, "--json"), ("up", *RUN, "--count", "X"), ("up", "--for", "0.3")),
    *(("up", *RUN, "--publish-on", "X"), ("up", "-d"), ("up", "--host", "X"), ("up", *RUN)),
    *(("ps",), ("ps", *PROCESS), ("ps", *PROCESS, "--json"), ("ps", "--engine", "docker")),
    *(("logs",), ("logs", *PROCESS), ("logs", *PROCESS, "web"), ("logs", *PROCESS, "X")),
    *(("lb", "status"), ("lb", "status", *PROCESS, "X"), ("lb", "drain", *PROCESS, "web")),
    *(("lb", "ready", *PROCESS, "X"), ("lb", "reload", *PROCESS), ("lb", "drain", "X", *PROCESS)),
    *(("lb", "retarget", "lb=127.0.0.1:9", *PROCESS), ("lb", "retarget", "X=a:1", *PROCESS)),
    *(("lb", "retarget", "lb=X", "--force", *PROCESS), ("rollout", "web", *PROCESS)),
    *(("rollout", "X"), ("rollout", "web", "--host", "tcp://127.0.0.1:1"), ("compose", "X")),
    *(("top", "--once", *PROCESS, "--interval", "0.5"), ("top", "--once", "--json", *PROCESS)),
    *(("top", "--once", *PROCESS, "--limit", "web=X"), ("top", "--web", "X", *PROCESS)),
    *(("restart", *PROCESS), ("exec", *PROCESS, "web", "true"), ("drain", "tcp://127.0.0.1:1")),
    *(("exec", "tcp://127.0.0.1:1:web", "X"), ("restart", "X"), ("drain", "X"), ("exec", "X")),
    *(("refresh",), ("refresh", "--check"), ("undo", "X"), ("undo", "web"), ("refresh", "X")),
    *(("stop",), ("stop", *PROCESS), ("down",), ("down", *PROCESS), ("help", "X"), ("X",)),
    *(("kubernetes",), ("kubernetes", "--one-file", "--registry", "a/b", "--tag", "1")),
    *(("kubernetes", "--diff", "--set", "web.hpa.max=X"), ("kubernetes", "--check")),
    *(("swarm",), ("swarm", "-o", "stack.yml", "--registry", "a/b", "--tag", "1")),
    *(("sample", "new"), ("sample", "web"), ("sample", "X"), ("help", "scale"), ("--version",)),
)
# What looks into the folder of a run.
LOOKS: tuple[tuple[str, ...], ...] = (
    *(("ps", *PROCESS), ("ps", *PROCESS, "--json"), ("ps",), ("logs", *PROCESS), ("logs",)),
    *(("logs", *PROCESS, "-n", "2"), ("logs", *PROCESS, "web"), ("lb", "status", *PROCESS)),
    *(
        ("lb", "status", *PROCESS, "--json"),
        ("lb", "drain", "web", *PROCESS, "--drain-deadline", "1"),
    ),
    *(("lb", "drain", "lb", *PROCESS, "--drain-deadline", "1"), ("lb", "ready", "lb", *PROCESS)),
    *(("lb", "reload", *PROCESS), ("lb", "retarget", "lb=127.0.0.1:9", "--force", *PROCESS)),
    *(("rollout", "web", *PROCESS), ("top", "--once", *PROCESS, "--interval", "0.5")),
    *(("top", "--once", "--json", *PROCESS, "--interval", "0.5"), ("up", *RUN), ("up", *RUN)),
    *(("stop", *PROCESS), ("down", *PROCESS), ("stop",), ("down",), ("up", "--for", "0.3")),
)
FILES: tuple[tuple[str, ...], ...] = (
    *((),) * 8,
    *(
        ("-f", "compose.yml"),
        ("-f", "missing.yml"),
        ("-f", "-"),
        ("-f", "web"),
        ("-f", "/dev/full"),
    ),
    *(("-f", "compose.yml", "-f", "other.yml"), ("-f", "X"), ("-q",), ("-f", "generated.yml")),
)


@dataclass(frozen=True)
class Case:
    """A project, what is run in it, and what is done to the run meanwhile."""

    files: Project
    words: tuple[str, ...]
    disturbance: str
    after_s: float
    left: run_folders.RunFolder | None = None
    spoil: str = ""

    def __str__(self) -> str:
        words = " ".join(ascii(word[:200]) for word in self.words)
        run = self.left or (f"beside a run: {self.spoil}" if self.spoil else "")
        return f"dcgen {words} ({self.disturbance}, {self.after_s:.3f} s) {run}"


def draw(seed: int, number: int) -> Case:
    """Return the case of *seed* with *number*."""
    random = Random(f"{seed}/{number}")
    kind = random.random()
    looks = kind < LOOKING
    words = random.choice(LOOKS) if looks else (*random.choice(DOORS), *random.choice(FILES))
    return Case(
        project(random),
        tuple(_drawn(random, word) for word in words),
        random.choice(DISTURBANCES),
        random.random() * 0.5,
        run_folders.draw(random) if LIVING <= kind < LOOKING else None,
        random.choice(tuple(living.SPOILS)) if kind < LIVING else "",
    )


def _drawn(random: Random, word: str) -> str:
    anything = [str(value) for value in ANYTHING if "\0" not in str(value)]
    found = word.replace("X", random.choice(anything)) if "X" in word else word
    return found.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def faults(case: Case, folder: Path) -> list[str]:
    """Run *case* in *folder*, which must be empty, and return what is wrong with it."""
    inside = folder / "in"
    inside.mkdir()
    runs = folder / "run"
    runs.mkdir(mode=0o700)
    lay_out(case.files, inside)
    before = {path: path.read_bytes() for path in inside.rglob("*") if _is_source(path)}
    found: list[str] = []
    try:
        with _run_folder(case, inside, runs, found):
            code, out, err = _run(case, inside, runs)
    except subprocess.TimeoutExpired:
        return [f"it still ran after {WITHIN_S} s"]
    found += [f"stderr has {word!r}:\n{err}" for word in _bug(case, err)]
    codes = INTERRUPTED if case.disturbance == "interrupt" else CODES
    if code not in codes:
        found.append(f"exit code {code}: {err}")
    if code in {1, 3} and "fix: " not in err and not _silent(case):
        found.append(f"exit code {code} without a fix: {err}")
    # What services say is theirs; a file is written as it was read.
    shown = (err, out if case.words[0] in {"ps", "lb", "scale"} else "")
    steered = (text for text in shown if CONTROL.search(text))
    found += [f"it prints a control character: {text[:4000]!a}" for text in steered]
    beside = sorted(path.name for path in folder.iterdir()) if inside.exists() else []
    if beside not in ([], ["in", "run"]):
        found.append(f"it wrote elsewhere: {beside}")
    found += [f"it changed {path}" for path, data in before.items() if _changed(path, data)]
    if not case.left and case.spoil in {"", "nothing"}:
        found += [f"it left {left}" for left in runs.glob("*/*/s/*")]
    return found


@contextmanager
def _run_folder(case: Case, inside: Path, runs: Path, found: list[str]) -> Iterator[None]:
    files = (inside / "compose.yml", inside / "generated.yml")
    if case.spoil:
        with living.beside(case.spoil, inside, runs, _environment(runs), found):
            yield
        return
    with run_folders.laid(case.left, runs, *files) if case.left else nullcontext():
        yield


def _is_source(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.name != "generated.yml"


def _changed(path: Path, data: bytes) -> bool:
    return path.parent.exists() and (not path.exists() or path.read_bytes() != data)


def _silent(case: Case) -> bool:
    # A difference is shown, not explained; and what cannot be written cannot be read here.
    disturbed = case.disturbance in {"no stderr", "full stderr", "interrupt", "closed pipe"}
    return disturbed or "--diff" in case.words or "--check" in case.words


def _bug(case: Case, err: str) -> list[str]:
    # Python itself answers Ctrl-C with a traceback until its program has begun.
    if case.disturbance == "interrupt" and "KeyboardInterrupt" in err and not OURS.search(err):
        return []
    return [sign for sign in SIGNS if sign in err]


def _run(case: Case, inside: Path, runs: Path) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "dcgen", *case.words]
    streams = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        if case.disturbance.startswith("full"):
            streams[case.disturbance.partition(" ")[2]] = full.fileno()
        popen = subprocess.Popen(
            command,
            cwd=inside,
            env=_environment(runs),
            preexec_fn=lambda: _limit(case, inside),  # noqa: PLW1509 - one thread
            start_new_session=True,
            **streams,
        )
    try:
        if case.disturbance == "closed pipe":
            popen.stdout.close()
            popen.stdout = None
        if case.disturbance == "interrupt":
            _interrupt(popen, case.after_s)
        out, err = popen.communicate(timeout=WITHIN_S)
    finally:
        if popen.poll() is None:
            os.killpg(popen.pid, signal.SIGKILL)
            popen.communicate()
    return popen.returncode, _text(out), _text(err)


def _interrupt(popen: subprocess.Popen[bytes], after_s: float) -> None:
    try:
        popen.wait(after_s)
    except subprocess.TimeoutExpired:
        popen.send_signal(signal.SIGINT)


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")


def _environment(runs: Path) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    root = str(Path(__file__).parents[2])
    nowhere = "unix:///nonexistent/docker.sock"
    # Python leaves half a module in its cache where a file may not grow, and reads it ever after.
    python = {"PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}
    return {**kept, **python, "XDG_RUNTIME_DIR": str(runs), "DOCKER_HOST": nowhere}


def _limit(case: Case, inside: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    closed = {"no stdin": 0, "no stdout": 1, "no stderr": 2}
    if case.disturbance in closed:
        os.close(closed[case.disturbance])
    elif case.disturbance == "no folder":
        shutil.rmtree(inside)
    elif case.disturbance in {"small files", "no files"}:
        # A full disk: a write ends with an error (Python leaves SIGXFSZ alone).
        size = 200 if case.disturbance == "small files" else 0
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
