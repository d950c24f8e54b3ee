"""The containers of one Compose project on one Docker host, asked and changed by commands."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any, TypeVar
from urllib.parse import quote

from composefile.labels import PROVIDED, Identity
from composefile.nameless import mounted, without
from composefile.values import Value
from engine.docker.inspected import GRACE_S, LABEL, inspected
from engine.docker.provided import NUMBER, SERVICE, own
from engine.hosts import DEFAULT_HOST, WITHIN_S, Host, full, is_full
from faults import HostError, UserError

__all__ = ["GRACE_S", "LABEL", "Container", "Site", "everywhere", "failed"]

T = TypeVar("T")

_LONGEST_SHOWN = 300
_LAST_LINES = 8


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a service.

    Attributes:
        id: As Docker knows it.
        service: Whose it is.
        number: Tells the replicas of the service apart; counts from 1. 0 for what is no replica.
        running: Whether its process runs.
        health: ``starting``, ``healthy`` or ``unhealthy``; empty if it has no health check.
        addresses: Network to its IP address there.
        labels: Its labels.
        volumes: Path in it to the volume there, of those that have no name; but not those below
            a mounted folder, of which they keep a part away.
        title: Its name as Docker knows it, ``shop-rng-1``; a person may have chosen it.
        image: What it runs, by name.
        image_id: What that was when it was made, as Docker knows it.
        published: Whether a port of it is a port of the host.
        grace_s: Seconds that it may take to end.
        settles_s: Seconds after which its health check must have come to a verdict; 0 without one.
    """

    id: str
    service: str
    number: int
    running: bool = True
    health: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    image: str = ""
    image_id: str = ""
    published: bool = False
    grace_s: float = GRACE_S
    settles_s: float = 0.0

    @property
    def identity(self) -> Identity:
        """What its labels say that it is.

        Raises:
            UserError: A label of dcgen's does not read as what it should be.
        """
        return Identity.read(self.labels)

    @property
    def project(self) -> str:
        """The Compose project that it belongs to."""
        return self.labels.get(f"{LABEL}project", "")

    @property
    def leaves(self) -> str:
        """What stays of it when it is removed, in words; empty if nothing does."""
        found = [f"{path} in volume {volume[:12]}" for path, volume in self.volumes.items()]
        return f"{', '.join(found)} is kept" if found else ""

    def lost(self, volumes: Value) -> list[str]:
        """Return the paths of its `volumes` that a container with *volumes* would not have."""
        return without(self.volumes, mounted(volumes))

    @property
    def name(self) -> str:
        """What a person calls it: ``rng-replicas-3``."""
        return f"{self.service}-{self.number}"

    def called(self, services: Sequence[str]) -> "Container":
        """Return it by the name of its own, if a provider made it and that is one of *services*."""
        mine = own(dict(self.labels))
        if self.service in services or mine.get(SERVICE) not in services:
            return self
        return replace(self, service=mine[SERVICE], number=int(mine[NUMBER]))


@dataclass(frozen=True, slots=True)
class Site:
    """A Compose project on a Docker host.

    Attributes:
        compose: The words that call Compose on its files.
        host: Where.
        project: What it is called; empty if Compose, which is slower, is to find that out.
        get: Returns what the daemon answers to a path, by a connection that is open, if one is.
    """

    compose: tuple[str, ...]
    host: Host = DEFAULT_HOST
    project: str = ""
    get: Callable[[str], str] | None = field(default=None, compare=False)

    def run(self, *words: str, within_s: float = WITHIN_S) -> str:
        """Return what Compose with *words* prints.

        Raises:
            HostError: It fails, or is not done within *within_s* seconds.
        """
        return self._call((*self.compose, *words), within_s=within_s)

    def run_on(self, text: str, *words: str) -> str:
        """Return what Compose with *words* prints of the file *text*, and not of its own files.

        Raises:
            HostError: It fails, or is not done in time.
        """
        program = takewhile(lambda word: not word.startswith("-"), self.compose)
        return self._call((*program, "--file", "-", *words), text)

    def docker(self, *words: str, text: str = "", within_s: float = WITHIN_S) -> str:
        """Return what ``docker`` with *words* prints, given *text* on its standard input.

        Raises:
            HostError: It fails, or is not done within *within_s* seconds.
        """
        return self._call(("docker", *words), text, within_s)

    def containers(self, *services: str) -> list[Container]:
        """Return the containers of *services*, stopped ones too, by service and number."""
        found = [one.called(services) for one in self._found(services)] if services else []
        return sorted(_lasting(found), key=lambda one: (services.index(one.service), one.number))

    def labelled(self, project: str, label: str) -> list[Container]:
        """Return the containers of *project* with *label*, whether or not the file has them."""
        labels = (f"label={LABEL}project={project}", f"label={label}")
        words = ("ps", "--all", "--quiet", "--no-trunc", *(f"--filter={one}" for one in labels))
        found = _lasting(self.known(*self.docker(*words).split()))
        return sorted(found, key=lambda one: (one.service, one.number))

    def running(self, *services: str) -> list[Container]:
        """Return those of `containers` whose process runs."""
        return [one for one in self.containers(*services) if one.running]

    def remove(self, containers: Sequence[Container], *, volumes: bool = False) -> None:
        """End *containers* in the time that each of them grants itself, and remove them.

        Their volumes stay, as they do when Compose removes a container; with *volumes* those that
        have no name go, too.
        """
        if containers:
            self.stop(containers)
            self.docker("rm", *["--volumes"] * volumes, *(one.id for one in containers))

    def stop(self, containers: Sequence[Container], within_s: float | None = None) -> None:
        """End *containers* in the time that each of them grants itself, or *within_s* seconds."""
        longest_s = max((one.grace_s for one in containers), default=0.0)
        given = [] if within_s is None else ["--time", f"{within_s:.0f}"]
        self.docker(
            "stop",
            *given,
            *(one.id for one in containers),
            within_s=WITHIN_S + (longest_s if within_s is None else within_s),
        )

    def known(self, *ids: str) -> list[Container]:
        """Return the containers *ids*, as they are now; those of ``compose run``, too."""
        found = json.loads(self.docker("inspect", "--type", "container", *ids)) if ids else []
        return [_contained(raw) for raw in found]

    def logs(self, container: Container, lines: int) -> list[str]:
        """Return the last *lines* of what *container* wrote, standard error too, in order."""
        words = ("docker", "logs", "--timestamps", "--tail", str(lines), container.id)
        ended = self.host.call(words)
        stamped = sorted([*ended.out.splitlines(), *ended.err.splitlines()])
        return [line.partition(" ")[2] for line in stamped][-lines:] if not ended.code else []

    def _found(self, services: Sequence[str]) -> list[Container]:
        if not self.project:
            return self.known(*self.run("ps", "--all", "--quiet", *services).split())
        of = f"{LABEL}project={self.project}"
        if self.get:
            with suppress(HostError):
                return _by_connection(self.get, of, services)
        names = (f"{LABEL}service", PROVIDED)
        line = "\t".join(["{{.ID}}", *(f'{{{{.Label "{name}"}}}}' for name in names)])
        said = self.docker("ps", "--all", "--no-trunc", f"--filter=label={of}", "--format", line)
        rows = [row.split("\t") for row in said.splitlines()]
        ids = [
            one for one, *texts in rows if _meant(dict(zip(names, texts, strict=True)), services)
        ]
        return self.known(*ids)

    def _call(self, command: Sequence[str], text: str = "", within_s: float = WITHIN_S) -> str:
        ended = self.host.call(command, text, within_s=within_s)
        if ended.code is None:
            what = f"'{_short(command)}' did not finish within {within_s:.0f} s{self._there}"
            raise HostError(what, fix="restart Docker there if `docker version` does not answer")
        if ended.code:
            raise failed(self.host, command, ended.err.strip() or ended.out)
        return ended.out

    @property
    def _there(self) -> str:
        return f" on {self.host}" if self.host.address else ""


def _lasting(found: Sequence[Container]) -> list[Container]:
    # What `compose run` started is listed, too: that is no replica of anything.
    return [one for one in found if one.labels.get(f"{LABEL}oneoff") != "True"]


def failed(host: Host, command: Sequence[str], said: str) -> HostError:
    """Return the error for *command*, which failed on *host* after it had *said* that.

    What it said last is told, and more of it only if nobody can see that by running it again.
    """
    there = f" on {host}" if host.address else ""
    *before, last = said.strip().splitlines() or ["nothing"]
    what = f"'{_short(command)}' failed{there}: {last}"
    if is_full(last):
        return full(host, what)
    if whole := _whole(host, command):
        return HostError(what, fix=f"run it to see all of its output: {whole}")
    fix = f"see whether Docker answers: {_reaching(host)}docker info"
    return HostError(what, fix=fix, reasons=before[-_LAST_LINES:])


def everywhere(sites: Sequence[Site], act: Callable[[Site], T]) -> list[tuple[Site, T | UserError]]:
    """Return what *act* returns on each of *sites*, or the error that it ended with there.

    It runs on all of them at once: a host that fails does not hide the others.
    """

    def attempt(site: Site) -> T | UserError:
        try:
            return act(site)
        except UserError as error:
            return error

    with ThreadPoolExecutor(max_workers=max(1, len(sites))) as pool:
        return list(zip(sites, pool.map(attempt, sites), strict=True))


def _meant(labels: Mapping[str, str], services: Sequence[str]) -> bool:
    # What a provider made is of the service that it provides, and of its own.
    given = {name: text for name, text in labels.items() if text}
    return bool({given.get(SERVICE), own(given).get(SERVICE)} & {*services})


def _contained(raw: Mapping[str, Any]) -> Container:
    return Container(**inspected(raw))


def _by_connection(get: Callable[[str], str], of: str, services: Sequence[str]) -> list[Container]:
    filters = quote(json.dumps({"label": [of]}))
    found = json.loads(get(f"/containers/json?all=1&filters={filters}"))
    ids = [one["Id"] for one in found if _meant(one["Labels"] or {}, services)]
    return [_contained(json.loads(get(f"/containers/{one}/json"))) for one in ids]


def _short(command: Sequence[str]) -> str:
    # Scripts and files among the words would hide what the command is.
    words = [word for word in command if "\n" not in word and len(word) < 65]  # noqa: PLR2004 - an id has 64
    return " ".join(words[:9])


def _whole(host: Host, command: Sequence[str]) -> str:
    # For a shell; empty if nobody can paste it: it is long, or reads what we had for it.
    whole = _reaching(host) + shlex.join(command)
    is_short = len(whole) <= _LONGEST_SHOWN and "\n" not in whole
    return whole if is_short and "-" not in command else ""


def _reaching(host: Host) -> str:
    # What a person's shell has to say before a command, so that it runs where ours did.
    if host.context:
        return f"DOCKER_CONTEXT={shlex.quote(host.context)} "
    return f"DOCKER_HOST={shlex.quote(host.address)} " if host.address else ""
