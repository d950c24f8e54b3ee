"""What a Docker host is, and what of ours is there: asked of its daemon alone, never of a shell."""

import json
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.hosts import DEFAULT_HOST, Host
from engine.hosts.fit import unfit
from engine.hosts.lock import OF_LOCK, OF_PROJECT
from faults import HostError

_WITHIN_S = 20.0
_ROW = ("com.docker.compose.project", "dcgen.role", OF_LOCK, OF_PROJECT)
_VERSION = ("docker", "version", "--format", "{{json .}}")
_INFO = ("docker", "info", "--format", "{{json .}}")
_CONTAINERS = (
    *("docker", "ps", "--all", "--format"),
    "{{.State}}" + "".join(f'\t{{{{.Label "{label}"}}}}' for label in _ROW),
)


@dataclass(frozen=True, slots=True)
class ProjectThere:
    """A project with containers that dcgen generated: *running* of *containers*.

    *locked_by* is who changes it at the moment; empty if nobody does.
    """

    name: str
    running: int
    containers: int
    locked_by: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a host is.

    Attributes:
        host: Which.
        reached: Whether its daemon answered.
        trouble: What keeps a variant from running there; empty if nothing does.
        encrypted: Whether what is sent to it is encrypted, or never leaves this machine.
        engine: Version of its Docker Engine.
        api: The newest version of Docker's API that it speaks.
        compose: Version of the Compose of this machine, which acts on it.
        os: Its operating system, and *architecture* its processor: ``linux``, ``x86_64``.
        image_store: ``overlay2`` and the like, or ``containerd`` for its image store.
        clock_s: Seconds by which its clock is ahead of ours; good to *clock_within_s*.
        cpus: Its processors, and *memory_bytes* its memory.
        projects: Those of ours.
    """

    host: Host
    reached: bool = False
    trouble: str = ""
    encrypted: bool = True
    engine: str = ""
    api: str = ""
    compose: str = ""
    os: str = ""
    architecture: str = ""
    image_store: str = ""
    clock_s: float | None = None
    clock_within_s: float | None = None
    cpus: int = 0
    memory_bytes: int = 0
    projects: tuple[ProjectThere, ...] = ()


def survey(hosts: Sequence[Host], compose: str = "") -> list[Found]:
    """Return what *hosts* are, asked all at once; *compose* is the version of the one here."""
    with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as pool:
        return list(pool.map(lambda host: _found(host, compose), hosts))


def is_encrypted(host: Host) -> bool:
    """Return whether what is sent to *host* is encrypted, or never leaves this machine."""
    if not host.endpoint.startswith("tcp://"):
        return True
    if re.match(r"tcp://(127(\.\d+){3}|localhost|\[::1\]):", host.endpoint):
        return True
    if host.context:
        asked = DEFAULT_HOST.call(("docker", "context", "inspect", host.context))
        found = json.loads(asked.out or "[]") if asked.code == 0 else []
        return any(one.get("TLSMaterial") for one in found)
    return bool(os.environ.get("DOCKER_TLS_VERIFY") or os.environ.get("DOCKER_TLS"))


def _found(host: Host, compose: str) -> Found:
    encrypted = is_encrypted(host)
    try:
        server = _json(host, _VERSION).get("Server") or {}
        before_s = time.time()
        info = _json(host, _INFO)
        took_s = time.time() - before_s
        rows = [line.split("\t") for line in _answer(host, _CONTAINERS).splitlines()]
    except HostError as error:
        return Found(host, trouble=error.what, encrypted=encrypted)
    clock_s = _seconds(str(info.get("SystemTime") or ""))
    return Found(
        host,
        reached=True,
        trouble=unfit(
            str(server.get("Version", "")), str(server.get("ApiVersion", "")), str(server.get("Os"))
        ),
        encrypted=encrypted,
        engine=str(server.get("Version", "")),
        api=str(server.get("ApiVersion", "")),
        compose=compose,
        os=str(server.get("Os", "")),
        architecture=str(info.get("Architecture", "")),
        image_store=_image_store(info),
        # It was asked somewhere between: the middle is wrong by half of that at most.
        clock_s=None if clock_s is None else round(clock_s - before_s - took_s / 2, 3),
        clock_within_s=None if clock_s is None else round(took_s / 2, 3),
        cpus=int(info.get("NCPU") or 0),
        memory_bytes=int(info.get("MemTotal") or 0),
        projects=tuple(_projects(rows)),
    )


def _image_store(info: Mapping[str, Any]) -> str:
    # DriverStatus tells the containerd image store by its type (Docker Engine 23 and later).
    status = dict(row for row in info.get("DriverStatus") or () if len(row) == 2)  # noqa: PLR2004 - pairs
    is_containerd = str(status.get("driver-type", "")).startswith("io.containerd")
    return "containerd" if is_containerd else str(info.get("Driver", ""))


def _seconds(text: str) -> float | None:
    # RFC 3339 with nanoseconds; Python before 3.11 reads no more than microseconds, and no Z.
    found = re.fullmatch(r"([^.]+?)(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
    if not found:
        return None
    whole = datetime.fromisoformat(found[1] + found[3].replace("Z", "+00:00"))
    return whole.timestamp() + float(f"0{found[2] or '.0'}")


def _projects(rows: Iterable[Sequence[str]]) -> Iterable[ProjectThere]:
    states: dict[str, list[str]] = {}
    owners: dict[str, str] = {}
    ours = set()
    for state, project, role, owner, of in (row for row in rows if len(row) == 1 + len(_ROW)):
        if of:
            owners[of] = owner
            ours.add(of)
        elif project:
            states.setdefault(project, []).append(state)
        if role:
            ours.add(project)
    for name in sorted(ours):
        there = states.get(name, [])
        yield ProjectThere(name, there.count("running"), len(there), owners.get(name, ""))


def _json(host: Host, command: Sequence[str]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(_answer(host, command))
    except ValueError:
        what = f"'{' '.join(command[:2])}' on '{host.title}' prints no JSON"
        raise HostError(what, fix="check what it prints") from None
    return found


def _answer(host: Host, command: Sequence[str]) -> str:
    ended = host.call(command, within_s=_WITHIN_S)
    if ended.code is None:
        what = f"does not answer within {_WITHIN_S:.0f} s"
        raise HostError(what, fix="start Docker there")
    if ended.code:
        said = (ended.err.strip() or "docker fails there").splitlines()[-1]
        raise HostError(said, fix="start Docker there")
    return ended.out
