"""The containers of one Compose project on one Docker host, asked and changed by commands."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, TypeVar

from composefile.labels import Identity
from composefile.nameless import mounted, without
from composefile.values import Value
from engine.hosts import DEFAULT_HOST, WITHIN_S, Host, full, is_full
from faults import HostError, UserError

T = TypeVar("T")

LABEL = "com.docker.compose."
_NS = 1_000_000_000
GRACE_S = 10.0  # Docker's own, for a container that names none


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


@dataclass(frozen=True, slots=True)
class Site:
    """A Compose project on a Docker host.

    Attributes:
        compose: The words that call Compose on its files.
        host: Where.
    """

    compose: tuple[str, ...]
    host: Host = DEFAULT_HOST

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
        ids = self.run("ps", "--all", "--quiet", *services).split() if services else []
        return sorted(self._known(ids), key=lambda one: (services.index(one.service), one.number))

    def labelled(self, project: str, label: str) -> list[Container]:
        """Return the containers of *project* with *label*, whether or not the file has them."""
        labels = (f"label={LABEL}project={project}", f"label={label}")
        words = ("ps", "--all", "--quiet", "--no-trunc", *(f"--filter={one}" for one in labels))
        return sorted(
            self._known(self.docker(*words).split()), key=lambda one: (one.service, one.number)
        )

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
        return [_container(raw) for raw in found]

    def logs(self, container: Container, lines: int) -> list[str]:
        """Return the last *lines* of what *container* wrote, standard error too, in order."""
        words = ("docker", "logs", "--timestamps", "--tail", str(lines), container.id)
        ended = self.host.call(words)
        stamped = sorted([*ended.out.splitlines(), *ended.err.splitlines()])
        return [line.partition(" ")[2] for line in stamped][-lines:] if not ended.code else []

    def _known(self, ids: Sequence[str]) -> list[Container]:
        # `ps --all` lists what `compose run` started, too: that is no replica of anything.
        return [one for one in self.known(*ids) if one.labels.get(f"{LABEL}oneoff") != "True"]

    def _call(self, command: Sequence[str], text: str = "", within_s: float = WITHIN_S) -> str:
        ended = self.host.call(command, text, within_s=within_s)
        if ended.code is None:
            what = f"'{_short(command)}' did not finish within {within_s:.0f} s{self._there}"
            raise HostError(what, fix="restart Docker there if `docker version` does not answer")
        if ended.code:
            said = (ended.err.strip() or ended.out.strip()).splitlines()
            raise failed(self.host, command, said[-1] if said else "")
        return ended.out

    @property
    def _there(self) -> str:
        return f" on {self.host}" if self.host.address else ""


def failed(host: Host, command: Sequence[str], said: str) -> HostError:
    """Return the error for *command*, which failed on *host* after it had *said* that."""
    there = f" on {host}" if host.address else ""
    what = f"'{_short(command)}' failed{there}: {said or 'nothing'}"
    if is_full(said):
        return full(host, what)
    return HostError(what, fix=f"run it to see all of its output: {_short(command)}")


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


def _nameless(mounts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    # Docker calls a volume that got no name by 64 hexadecimal digits.
    found = {str(mount["Destination"]): str(mount.get("Name") or "") for mount in mounts}
    nameless = {path: name for path, name in found.items() if re.fullmatch("[0-9a-f]{64}", name)}
    named = [path for path in found if path not in nameless]
    return {path: nameless[path] for path in without(nameless, named)}


def _container(raw: Mapping[str, Any]) -> Container:
    labels = raw["Config"]["Labels"]
    networks = raw["NetworkSettings"]["Networks"]
    return Container(
        id=raw["Id"],
        service=labels[f"{LABEL}service"],
        number=_number(raw["Name"], labels),
        running=bool(raw["State"]["Running"]),
        health=(raw["State"].get("Health") or {}).get("Status", "").replace("none", ""),
        addresses={
            name: network["IPAddress"] or network.get("GlobalIPv6Address", "")
            for name, network in networks.items()
        },
        labels=labels,
        volumes=_nameless(raw["Mounts"]),
        title=raw["Name"].removeprefix("/"),
        image=raw["Config"]["Image"],
        image_id=raw["Image"],
        published=any((raw["HostConfig"].get("PortBindings") or {}).values()),
        grace_s=GRACE_S if (grace := raw["Config"].get("StopTimeout")) is None else float(grace),
        settles_s=_settles_s(raw["Config"].get("Healthcheck") or {}),
    )


def _number(title: str, labels: Mapping[str, str]) -> int:
    # As the container is called: one that took the place of another has its name, and Compose
    # labels cannot be changed.
    called = re.fullmatch(
        rf"/{re.escape(labels[f'{LABEL}project'])}[-_]{re.escape(labels[f'{LABEL}service'])}[-_](\d+)",
        title,
    )
    return int(called[1] if called else labels.get(f"{LABEL}container-number", "0"))


def _settles_s(check: Mapping[str, Any]) -> float:
    # Docker's defaults for what a health check leaves open: 30 s, 30 s, 3 times, no start period.
    if (check.get("Test") or ["NONE"])[0] == "NONE":
        return 0.0
    once_s = sum((check.get(key) or 30 * _NS) / _NS for key in ("Interval", "Timeout"))
    return float((check.get("StartPeriod") or 0) / _NS + once_s * (check.get("Retries") or 3))


def _short(command: Sequence[str]) -> str:
    # Scripts and files among the words would hide what the command is.
    words = [word for word in command if "\n" not in word and len(word) < 65]  # noqa: PLR2004 - an id has 64
    return " ".join(words[:9])
