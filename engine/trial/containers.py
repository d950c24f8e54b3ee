"""What can be done to the containers of a trial, and what they use and say."""

import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from engine.docker.containers import Container, Site
from engine.docker.printed import log_line, percent_in, plain
from engine.trial.lines import Told
from engine.trial.machine import Computed
from engine.trial.projects import remove
from faults import HostError
from lb.address import Address

_TRIES, _TRY_AFTER_S = 3, 0.5


@dataclass(slots=True)
class Containers:
    """The containers of a trial: `engine.trial.trial.Hands`.

    Attributes:
        site: The project.
        services: All of them.
        groups: Service to the one that it serves for.
        told: Takes in what they say.
    """

    site: Site
    services: Sequence[str]
    groups: Mapping[str, str]
    told: Told
    _used: dict[str, float] = field(default_factory=dict)
    _seen_s: dict[str, float] = field(default_factory=dict)
    _found: list[Container] = field(default_factory=list)
    _paused: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> None:
        """See which containers there are."""
        self._found = self.site.containers(*self.services)

    def address(self, service: str) -> Address:
        """Return where *service* answers on this host.

        Raises:
            HostError: It is not published.
        """
        ids = [one.id for one in self._found if one.service == service]
        said = self.site.docker("port", *ids[:1]).split() if ids else []
        if not said:
            raise HostError(f"service '{service}' has no port", fix="name one that has")
        return Address.parse(said[2])

    def work(self, service: str, count: int) -> None:
        """See `engine.trial.trial.Hands`."""
        ids = [one.id for one in self._found if one.service == service]
        self._set(ids[count:], on=True)
        self._set(ids[:count], on=False)

    def pause(self, service: str, *, on: bool) -> None:
        """See `engine.trial.trial.Hands`."""
        self._set([one.id for one in self._found if one.service == service], on=on)

    def computed(self) -> Mapping[str, Computed]:
        """See `engine.trial.trial.Hands`."""
        found: dict[str, Computed] = {}
        with self._lock:
            for one in self._found:
                service = self.groups.get(one.service, one.service)
                used = self._used.get(one.id[:12], 0.0)
                found[service] = found.get(service, Computed()) + Computed(used)
        return found

    def require_running(self) -> None:
        """See `engine.trial.trial.Hands`."""
        ids = {one.id for one in self._found if one.running}
        now = {one.id for one in self.site.running(*self.services)} if ids else set()
        lost = [one for one in self._found if one.id in ids - now]
        if lost and (said := _ended_badly(self.site, lost)):
            reasons = tuple(said[1].splitlines())
            raise HostError(said[0], fix="run it and see: docker compose up", reasons=reasons)

    def take_stats(self, line: str) -> None:
        """Take in a *line* of ``docker stats``."""
        with suppress(ValueError, KeyError, TypeError):
            told = json.loads(plain(line))
            percent, now_s = percent_in(told["CPUPerc"]), time.monotonic()
            name = str(told["ID"])[:12]
            with self._lock:
                passed_s = now_s - self._seen_s.get(name, now_s)
                self._seen_s[name] = now_s
                self._used[name] = self._used.get(name, 0.0) + (percent or 0.0) / 100 * passed_s

    def take_log(self, line: str) -> None:
        """Take in a *line* of ``docker compose logs``."""
        if said := log_line(line):
            name, _, text = said
            called = re.sub(r"[-_]\d+$", "", name)
            self.told.add_now(called, name, text)

    def _set(self, ids: Sequence[str], *, on: bool) -> None:
        changed = [one for one in ids if (one in self._paused) != on]
        for one in changed:
            self._try("pause" if on else "unpause", one)
            self._paused ^= {one}

    def _try(self, verb: str, one: str) -> None:
        # On a busy machine the kernel does not freeze a container at the first time of asking.
        for _ in range(_TRIES):
            with suppress(HostError):
                self.site.docker(verb, one)
                return
            time.sleep(_TRY_AFTER_S)
        self.site.docker(verb, one)

    def stop(self) -> None:
        """Remove the project: containers, networks, volumes, and the images that it built."""
        with suppress(HostError):
            self._set(list(self._paused), on=False)
        remove(self.site)


def _ended_badly(site: Site, lost: Sequence[Container]) -> tuple[str, str] | None:
    for one in lost:
        code = site.docker("inspect", "--format", "{{.State.ExitCode}}", one.id).strip()
        if code != "0":
            said = site.docker("logs", "--tail", "8", one.id)
            return f"'{one.name}' exited with code {code}", said
    return None
