"""Decide everything about a run before anything starts: processes, addresses, order.

`plan` starts nothing and writes nothing. If one service cannot run, nothing will, and every
reason is said at once.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.process.addresses import Addresses, Demand, allocate
from engine.process.environment import Neighbours, environment
from engine.process.haproxy import haproxy_cfg
from engine.process.order import completed, required, waves
from engine.process.process import Plan, Process
from engine.process.recipes import Recipe, built, recipe
from engine.process.restart import restart
from engine.replicas import replicas
from engine.variant import Service, Variant
from faults import HostError, UserError
from lb.address import LOOPBACK, Address

MOST_PROCESSES = 500
_LONGEST_SOCKET_BYTES = 90


def plan(
    variant: Variant,
    scratch: Path,
    *,
    scale: Mapping[str, int] | None = None,
    publish_on: str = LOOPBACK,
    free_ports: bool = False,
) -> Plan:
    """Return how *variant* runs as processes of this host.

    Args:
        variant: What to run.
        scratch: A private folder: configurations, sockets, Redis's data.
        scale: Service to replicas, instead of what the file says.
        publish_on: Where published ports are served whose entry names no address.
        free_ports: Publish on any free ports, whatever the file says.

    Raises:
        UserError: A service cannot run as a process; all such services are named.
        HostError: A program or package is missing, or a port is busy.
    """
    counts = replicas(variant, scale or {})
    if (number := sum(counts.values())) > MOST_PROCESSES:
        what = f"{number} processes are more than the {MOST_PROCESSES} that one run can have"
        raise UserError(what, fix="ask for fewer replicas, or use --engine docker")
    recipes, errors = _recipes(variant, counts)
    demands = [
        Demand(variant.services[name], made.ports, counts[name]) for name, made in recipes.items()
    ]
    addresses, problems = allocate(demands, publish_on, free_ports=free_ports)
    _raise_all(errors + problems)
    return _Planner(variant, scratch, recipes, counts, addresses).plan()


def _recipes(
    variant: Variant, counts: Mapping[str, int]
) -> tuple[dict[str, Recipe], list[UserError]]:
    balanced = {name for service in variant for name in service.identity.replicas}
    recipes: dict[str, Recipe] = {}
    errors: list[UserError] = []
    for service in variant:
        if not counts[service.name]:
            continue
        try:
            made = recipe(built(service, variant))
            if service.name not in balanced:
                _check_sharing(service, made, counts[service.name])
            recipes[service.name] = made
        except UserError as error:
            errors.append(error)
    return recipes, errors


@dataclass(frozen=True, slots=True)
class _Planner:
    # Everything is known to be possible: what is left is to spell it out.
    variant: Variant
    scratch: Path
    recipes: Mapping[str, Recipe]
    counts: Mapping[str, int]
    addresses: Addresses

    def plan(self) -> Plan:
        order = waves(self.variant, self.recipes)
        files: dict[Path, str] = {}
        processes = tuple(
            self._process(service, index, order[service.name], files)
            for service in sorted(self.variant, key=lambda s: order[s.name])
            for index in range(self.counts[service.name])
        )
        return Plan(processes, files, tuple(self._notices()))

    def _notices(self) -> Iterator[str]:
        for name, made in self.recipes.items():
            if made.kind == "redis" and self.variant.services[name].keys.get("volumes"):
                yield f"{name}: its data ends with the run; volumes need --engine docker"

    def _process(self, service: Service, index: int, wave: int, files: dict[Path, str]) -> Process:
        made = self.recipes[service.name]
        name = f"{service.name}-{index + 1}"
        listen = {p: self.addresses.listen[service.name, p][index] for p in made.ports}
        first = next(iter(listen), None)
        command = made.command
        socket = None
        if made.kind == "proxy":
            socket = _socket(self.scratch / f"{name}.sock")
            file = self.scratch / f"{name}.cfg"
            files[file] = haproxy_cfg(service, self._members(), _binds(listen), str(socket))
            command = (*command, "-db", "-f", str(file))
        elif made.kind == "redis":
            command = (*command, *_redis(listen[made.ports[0]]))
        ports = {name: r.ports for name, r in self.recipes.items()}
        env = environment(
            service,
            Neighbours(ports, self.addresses),
            made.env,
            port=listen[first] if first else None,
        )
        return Process(
            name=name,
            service=service.name,
            command=command,
            folder=made.folder or self.scratch / name,
            env=env,
            answers=self.addresses.dial(service.name, first, index) if first else None,
            wave=wave,
            restart=restart(service),
            published={p: a for (s, p), a in self.addresses.published.items() if s == service.name},
            waits_for=completed(service),
            needs=required(service),
            socket=socket,
        )

    def _servers(self, service: str) -> list[str]:
        # As on Docker: a service that runs once gives its server the name.
        count = self.counts[service]
        return [f"{service}-{n}" for n in range(1, count + 1)] if count > 1 else [service]

    def _members(self) -> dict[tuple[str, int], list[tuple[str, Address]]]:
        return {
            (name, port): [
                (server, self.addresses.dial(name, port, index))
                for index, server in enumerate(self._servers(name))
            ]
            for name, port in self.addresses.listen
        }


def _redis(address: Address) -> tuple[str, ...]:
    # Beyond loopback a Redis without a password refuses its clients; the image allows them.
    protected = "yes" if address.host.startswith("127.") else "no"
    ours = ("--bind", address.host, "--port", str(address.port), "--dir", ".")
    return (*ours, "--daemonize", "no", "--protected-mode", protected)


def _socket(path: Path) -> Path:
    # HAProxy adds a suffix while it starts; Linux allows 108 bytes, macOS 104.
    if len(os.fsencode(path)) > _LONGEST_SOCKET_BYTES:
        what = f"the socket '{path}' would have a longer path than the system allows"
        raise HostError(what, fix="set XDG_RUNTIME_DIR to a folder with a shorter path")
    return path


def _binds(listen: Mapping[int, Address]) -> dict[int, str]:
    return {port: str(address) for port, address in listen.items()}


def _check_sharing(service: Service, made: Recipe, count: int) -> None:
    if count > 1 and made.ports:
        what = f"service '{service.name}' has {count} replicas on port {made.ports[0]}"
        fix = f"dcgen scale {service.name} {count}, or use --engine docker"
        reason = "processes have no DNS that spreads clients over replicas"
        raise UserError(f"{what}: {reason}", fix=fix, where=service.where("deploy"))


def _raise_all(errors: list[UserError]) -> None:
    if not errors:
        return
    if len(errors) == 1:
        raise errors[0]
    reasons = [f"{e.where}: {e.what}" if e.where else e.what for e in errors]
    what = f"nothing was started, for {len(errors)} reasons:"
    first, *others = dict.fromkeys(fix for e in errors for fix in e.fixes)
    kind = HostError if all(isinstance(e, HostError) for e in errors) else UserError
    raise kind(what, fix=first, reasons=reasons, more_fixes=others)
