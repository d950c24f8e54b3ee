"""What the run commands act on: which file, and on which engine."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from composefile.project import Project
from dcgen import source
from dcgen.commands import overlays
from dcgen.commands.connected import answering, default, is_expected
from dcgen.commands.holding import hold
from dcgen.commands.run_options import (
    SECONDS,
    SECONDS_ABOVE_0,
    RunCommand,
    deadline_option,
    healthy_option,
    parallel_option,
    renew_option,
    source_options,
    target_options,
)
from dcgen.reading import which
from dcgen.source import Source
from engine import runs
from engine.docker import compose as docker
from engine.hosts import Host
from engine.variant import Variant, parse
from faults import HostError, UsageError, UserError

__all__ = [
    "SECONDS",
    "SECONDS_ABOVE_0",
    "RunCommand",
    "Target",
    "deadline_option",
    "find",
    "healthy_option",
    "parallel_option",
    "renew_option",
    "require_docker_for",
    "source_options",
    "target",
    "target_options",
]

Engine = Literal["docker", "process"]

AS_ASKED = "as asked"
WHERE_IT_RUNS = "where it runs"


@dataclass(frozen=True, slots=True)
class Target:
    """Compose files, and where they run: *hosts* is empty for processes.

    *trouble* has why there is no Docker, where nobody asked for processes.
    """

    sources: tuple[Source, ...]
    engine: Engine
    hosts: tuple[Host, ...]
    because: str
    trouble: HostError | None = None

    @property
    def fell_back(self) -> bool:
        """Whether it is processes that nobody asked for: Docker was tried first."""
        return self.trouble is not None

    @property
    def source(self) -> Source:
        """The file, if it is one; of several the first."""
        return self.sources[0]

    @property
    def several(self) -> str:
        """The sentence that says which files were read; empty if it is one."""
        return which(self.sources)

    @property
    def path(self) -> Path:
        """The path of `source`; for standard input a name that is none, in this folder."""
        return _path(self.source)

    def variant(self) -> Variant:
        """Return what the files say together, as they run on this machine.

        Raises:
            UserError: One of them is not a Compose file, or one that Compose refuses.
        """
        others = ((other.text, _path(other)) for other in self.sources[1:])
        return parse(self.source.text, self.path, *others)

    def require_docker(self, what: str, fix: str) -> None:
        """Return if it runs on Docker.

        Raises:
            UsageError: It runs as processes, of which *what* is true, and *fix* helps.
            HostError: Nobody asked for processes, and there is no Docker.
        """
        if self.trouble:
            raise self.trouble
        if self.engine == "process":
            raise UsageError(what, fix=fix)

    def hold(self) -> None:
        """Hold the lock on the project on named hosts until the command ends; see `hold`."""
        if any(host.address for host in self.hosts):  # else the files need not be read
            hold(self.variant().project, self.hosts)

    def compose(self, *words: str) -> tuple[str, ...]:
        """Return the words that call Compose on the files.

        Raises:
            UsageError: A file is standard input, and there are several hosts to read it.
            HostError: There is no Compose that reads such a file.
        """
        if len(self.hosts) > 1 and not all(s.path for s in self.sources):
            raise UsageError("several hosts cannot share standard input", fix="give -f FILE")
        files = [word for s in self.sources for word in ("-f", str(s.path or "-"))]
        env_files = Project.named_env_files()
        given = [word for path in env_files for word in ("--env-file", str(path))]
        return (*docker.compose(v1=self.source.v1), *given, *files, *words)


def target(
    files: tuple[str, ...],
    engine: str,
    hosts: tuple[Host, ...],
    *,
    starting: bool,
    only_processes: str = "",
    also_over: bool = False,
) -> Target:
    """Return what a command acts on.

    Args:
        files: The values of ``-f``; without, `generated.yml`, else what Compose finds.
        engine: ``auto``, ``docker`` or ``process``.
        hosts: The values of ``--host``.
        starting: Whether the command starts a run, rather than to look for one.
        only_processes: An option that was given and that Docker cannot serve; empty for none.
        also_over: Whether a run as processes that is over will do: its log is kept.

    Raises:
        UserError: There is no such file, or it is an overlay without what it belongs on top of.
        UsageError: The options contradict each other.
        HostError: Docker was asked for, and none answers; or it cannot be asked what runs.
    """
    if only_processes and (engine == "docker" or hosts):
        raise UsageError(f"{only_processes} needs processes", fix=f"leave out {only_processes}")
    require_docker_for(hosts, engine)
    read = tuple(source.read(path) for path in find(files))
    overlays.require_sources(read)
    hosts = answering(hosts, starting=starting)
    chosen, because, trouble = _engine(read, engine, hosts, starting=starting, only=only_processes)
    if trouble and not starting:
        _require_known(_path(read[0]), trouble, also_over=also_over)
    there = (hosts or default()) if chosen == "docker" else ()
    return Target(read, chosen, there, because, trouble)


def require_docker_for(hosts: Sequence[Host], engine: str) -> None:
    """See that *engine* is not the one without hosts, if *hosts* are named.

    Raises:
        UsageError: It is.
    """
    if hosts and engine == "process":
        raise UsageError("--host names a Docker host", fix="leave out --host or --engine process")


def _engine(
    read: tuple[Source, ...], engine: str, hosts: tuple[Host, ...], *, starting: bool, only: str
) -> tuple[Engine, str, HostError | None]:
    # Returns the engine, why it is that one, and if nobody chose it, what is wrong with Docker.
    if hosts or engine == "docker":
        if len(hosts) < 2:  # noqa: PLR2004 - of several, one that fails must not stop the others
            docker.require(*hosts)
        return "docker", AS_ASKED, None
    if engine == "process":
        return "process", AS_ASKED, None
    if only:
        return "process", f"because of {only}", None
    if not starting and runs.find(_path(read[0])):
        return "process", WHERE_IT_RUNS, None
    if trouble := _without_docker(read[0]):
        return "process", trouble.what, trouble
    return "docker", "a daemon answers", None


def _without_docker(read: Source) -> HostError | None:
    # Returns why Docker cannot be used; None if it can.
    with ThreadPoolExecutor(max_workers=1) as meanwhile:  # a start of `docker` takes 0.1 s and more
        asked = meanwhile.submit(docker.compose, v1=read.v1)
        try:
            docker.require()
            asked.result()
        except HostError as error:
            return error
    return None


def _require_known(path: Path, trouble: HostError, *, also_over: bool) -> None:
    # No run as processes was found. Where Docker may have one, "nothing runs" would be a guess.
    if is_expected() and not (also_over and runs.log_of(path).is_file()):
        fix = f"{trouble.fix}; if it ran as processes: --engine process"
        raise HostError(trouble.what, fix=fix)


def _path(read: Source) -> Path:
    return read.path or Path(read.name)


def find(given: tuple[str, ...]) -> list[Path | None]:
    """Return the paths of the files to run: *given*, else a generated one, else its source.

    A generated one that is put on top of its sources comes behind them. None is standard input.

    Raises:
        UserError: There is no such file.
    """
    if given:
        return source.find(given)
    try:
        found = source.find(())
    except UserError:
        if Path(source.DEFAULT_OUTPUT).is_file():
            return overlays.with_sources(Path(source.DEFAULT_OUTPUT))
        raise
    beside = found[0].with_name(source.DEFAULT_OUTPUT) if found[0] else None
    return overlays.with_sources(beside) if beside and beside.is_file() else found
