"""What one Docker host shows of a variant: containers, what they use, and their log lines."""

import json
import threading
import time
from collections.abc import Sequence

from engine.docker.containers import LABEL, Container, Site
from engine.docker.printed import bytes_in, log_line, percent_in, plain
from engine.live.running import Live, on_docker
from engine.streams import Following
from engine.top.balanced import counted
from engine.top.names import shown
from engine.top.samples import RUNNING, Member, Seen
from engine.top.speed import Speeds
from engine.variant import Variant
from lb.runtime import Row

_SERVICE, _ONE_OFF = f"{LABEL}service", f"{LABEL}oneoff"
_LINES_BEFORE = "20"


class Containers:
    """A *variant* on a Docker host, as something to look at again and again."""

    def __init__(self, variant: Variant, site: Site, speeds: Speeds) -> None:
        self.host = str(site.host)
        self._variant, self._site = variant, site
        self._project = ""
        self._lives: list[Live] = []
        self._proxies: frozenset[str] = frozenset()
        self._usage = _Usage(site)
        self._logs = _Logs(variant, site, speeds)

    def look(self) -> Seen:
        """Return what runs now; nothing if the variant does not run there.

        Raises:
            HostError: Docker or Compose does not answer.
        """
        containers = self._containers()
        self._usage.follow(containers)
        self._logs.follow(containers)
        self._find_proxies(containers)
        names = {one.id: self._name(one) for one in containers}
        ips = {ip: names[one.id] for one in containers for ip in one.addresses.values() if ip}
        known = frozenset(names.values())

        def name_of(row: Row) -> str:
            return row.server if row.server in known else ips.get(row.ip, "")

        found = counted(self._lives, name_of)
        now_s = time.monotonic()
        members = tuple(
            Member(
                host=self.host,
                service=one.identity.service or one.service,
                name=names[one.id],
                role=one.identity.role,
                state=RUNNING if one.running else "exited",
                health=one.health,
                cpu_percent=self._usage.cpu_percent(one),
                memory_bytes=self._usage.memory_bytes(one),
                units_per_s=self._logs.per_s(one, now_s),
                traffic=found.traffic.get(names[one.id]),
            )
            for one in containers
        )
        queues, problems = tuple(found.queues.items()), tuple(found.problems)
        return Seen(self.host, now_s, (*members, *found.upstreams), queues, problems)

    def close(self) -> None:
        """Look no more."""
        self._usage.close()
        self._logs.close()

    def _containers(self) -> list[Container]:
        if not self._project:  # Compose knows its name, from the file, the folder or a variable
            first = self._site.containers(*self._variant.services)
            self._project = next((one.project for one in first), "")
        if not self._project:
            return []
        found = self._site.labelled(self._project, _SERVICE)
        return [one for one in found if one.labels.get(_ONE_OFF) != "True"]

    def _find_proxies(self, containers: Sequence[Container]) -> None:
        now = frozenset(
            one.id
            for one in containers
            if one.running and one.identity.is_proxy and one.service in self._variant.services
        )
        if now != self._proxies:
            names = dict.fromkeys(one.service for one in containers if one.id in now)
            self._lives = on_docker(self._variant, self._site, *names) if now else []
            self._proxies = now

    def _name(self, one: Container) -> str:
        identity = one.identity
        return shown(self._variant, one.service, one.name, identity.role, identity.service)


class _Usage:
    # What `docker stats` tells, once a second, of all containers of a host.
    def __init__(self, site: Site) -> None:
        self._site = site
        self._following: Following | None = None
        self._told: dict[str, tuple[float | None, int | None]] = {}

    def follow(self, containers: Sequence[Container]) -> None:
        if any(one.running for one in containers) and not (
            self._following and self._following.alive
        ):
            self.close()
            words = ("docker", "stats", "--format", "{{json .}}")
            self._following = Following(self._site.host, words, self._take)

    def cpu_percent(self, container: Container) -> float | None:
        return self._told.get(container.id[:12], (None, None))[0] if container.running else None

    def memory_bytes(self, container: Container) -> int | None:
        return self._told.get(container.id[:12], (None, None))[1] if container.running else None

    def close(self) -> None:
        if self._following:
            self._following.close()
            self._following = None

    def _take(self, line: str) -> None:
        try:
            told = json.loads(plain(line))
            row = percent_in(told["CPUPerc"]), bytes_in(told["MemUsage"].partition("/")[0])
            self._told[str(told["ID"])[:12]] = row
        except (ValueError, KeyError, TypeError, AttributeError):
            return  # a message, or a table that is on its way


class _Logs:
    # The counted lines, as Compose tells them, with the time at which each was written.
    def __init__(self, variant: Variant, site: Site, speeds: Speeds) -> None:
        self._site, self._speeds = site, speeds
        self._services = tuple(name for name in speeds.patterns if name in variant.services)
        self._members: dict[str, tuple[str, str]] = {}
        self._followed: frozenset[str] = frozenset()
        self._following: Following | None = None
        self._lock = threading.Lock()

    def follow(self, containers: Sequence[Container]) -> None:
        counted_now = [one for one in containers if one.running and one.service in self._services]
        ids = frozenset(one.id for one in counted_now)
        alive = self._following is not None and self._following.alive
        if not ids or (ids == self._followed and alive):
            return
        self.close()
        with self._lock:
            self._members = {name: _member(one) for one in counted_now for name in _called(one)}
        self._followed = ids
        words = ("logs", "--follow", "--timestamps", "--no-color", "--tail", _LINES_BEFORE)
        command = (*self._site.compose, *words, *self._services)
        self._following = Following(self._site.host, command, self._take)

    def per_s(self, container: Container, now_s: float) -> float | None:
        if not container.running:
            return None
        return self._speeds.per_s(f"{self._site.host} {container.name}", now_s)

    def close(self) -> None:
        if self._following:
            self._following.close()
            self._following = None

    def _take(self, line: str) -> None:
        if said := log_line(line):
            called, at_s, text = said
            with self._lock:
                service, name = self._members.get(called, ("", ""))
            self._speeds.add(service, f"{self._site.host} {name}", text, at_s, time.monotonic())


def _member(container: Container) -> tuple[str, str]:
    return container.service, container.name


def _called(container: Container) -> list[str]:
    # How the different versions of Compose call a container before its lines.
    service, number, project = container.service, container.number, container.project
    plain = [f"{service}-{number}", f"{service}_{number}"]
    return [*plain, *(f"{project}{name[len(service)]}{name}" for name in plain), service]
