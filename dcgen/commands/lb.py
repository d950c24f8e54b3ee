"""``dcgen lb``: inspect and change the balancers and ambassadors of a running variant."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from ambassador import upstreams as far
from composefile import labels
from dcgen.commands.assignments import upstreams
from dcgen.commands.completion import running
from dcgen.commands.json_text import json_text
from dcgen.commands.location import Place, called, place, table
from dcgen.commands.pipeline import Making, Step, make
from dcgen.commands.target import RunCommand, deadline_option, target, target_options
from dcgen.progress import Progress
from engine.docker.containers import Site
from engine.live import drain as draining
from engine.live import reload as reloading
from engine.live import retarget as retargeting
from engine.live.configuration import configuration
from engine.live.reach import require_reachable
from engine.live.retarget import Retargeted
from engine.live.status import Status
from engine.live.status import status as status_of
from engine.variant import Variant, read
from faults import UserError
from generator.result import Settings
from generator.transforms import ambassador as transform
from lb.model import Address


@click.group(
    short_help="Inspect and change running balancers and ambassadors.",
    epilog="Example: dcgen lb status -f generated.yml",
)
def lb() -> None:
    """Inspect and change the balancers and ambassadors of a running variant.

    They are reached through Docker, or through a local socket: no port is opened for it.
    """


def _where(given: dict[str, Any]) -> Place:
    found = target(given["files"], given["engine"], given["hosts"], starting=False)
    return place(found)


@lb.command(
    cls=RunCommand,
    short_help="Show servers: health, sessions, queue, latency.",
    epilog="Example: dcgen lb status -f generated.yml --json",
)
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=running)
@target_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(services: tuple[str, ...], *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - click checked them
    """Show the servers of each balancer: health, sessions, queue, latency."""
    where = _where(given)
    found = where.each(lambda site: status_of(where.lives(site, *services)))
    everything = [one for host in found for one in host]
    if as_json:
        click.echo(json_text(everything))
        return
    click.echo(table(_rows(everything)))
    for one in everything:
        if one.slots and not given["quiet"]:
            click.echo(_slots(one), err=True)


def _rows(found: list[Status]) -> list[tuple[str, ...]]:
    head = ("POOL", "SERVER", "ADDRESS", "HEALTH", "SESSIONS", "QUEUE", "TOTAL", "LATENCY")
    rows: list[tuple[str, ...]] = [
        (
            str(one.host),
            server.pool,
            server.name,
            server.address or "-",
            f"{server.status} {server.check}".strip(),
            str(server.sessions),
            str(server.queue),
            str(server.total),
            "-" if server.latency_ms is None else f"{server.latency_ms} ms",
        )
        for one in found
        for server in one.servers
    ]
    rows.insert(0, ("HOST", *head))
    return rows if any(row[0] for row in rows[1:]) else [row[1:] for row in rows]


def _slots(one: Status) -> str:
    pools = [server.pool for server in one.servers]
    used = max((pools.count(pool) for pool in pools), default=0)
    full = "; replicas beyond that receive no traffic: scale it with dcgen"
    return f"{one.service}: {used} of {one.slots} slots{full if used >= one.slots else ''}"


@lb.command(
    cls=RunCommand,
    short_help="Stop sending new connections to servers.",
    epilog="Example: dcgen lb drain rng2 -f generated.yml",
)
@click.argument("names", nargs=-1, required=True, metavar="SERVER|SERVICE…", shell_complete=running)
@deadline_option
@target_options
def drain(names: tuple[str, ...], *, deadline_s: float, quiet: bool, **given: Any) -> None:  # noqa: ANN401
    """Stop sending new connections to SERVER and wait until it is idle; `ready` undoes it."""
    where = _where(given)
    progress = Progress(quiet=quiet)

    def act(site: Site | None) -> bool:
        found = draining.chosen(where.lives(site), names)
        busy = False
        for event in draining.drain(found, deadline_s):
            progress.show(event)
            busy = busy or event.what == "busy"
        return busy

    if any(where.each(act)):
        raise UserError(
            f"some servers have open connections after {deadline_s:g} s; they receive no new ones",
            fix="wait longer with --drain-deadline, or list them: dcgen lb status",
        )


@lb.command(
    cls=RunCommand,
    short_help="Send new connections to servers again.",
    epilog="Example: dcgen lb ready rng2 -f generated.yml",
)
@click.argument("names", nargs=-1, required=True, metavar="SERVER|SERVICE…", shell_complete=running)
@target_options
def ready(names: tuple[str, ...], *, quiet: bool, **given: Any) -> None:  # noqa: ANN401
    """Send new connections to SERVER again: undo `drain`."""
    where = _where(given)
    progress = Progress(quiet=quiet)

    def act(site: Site | None) -> None:
        lives = where.lives(site)
        found = draining.chosen(lives, names)
        of_whole_balancers = [live for live in lives if live.service.name in names]
        draining.ready([*found, *draining.free_slots(of_whole_balancers)])
        for server in found:
            progress.say(f"{called(server.live.host, server.name)}: ready")

    where.each(act)


@lb.command(
    cls=RunCommand,
    short_help="Change the upstream of an ambassador.",
    context_settings={"ignore_unknown_options": True},
    epilog="Example: dcgen lb retarget redis=192.0.2.8:6379 -f generated.yml",
)
@click.argument(
    "what", nargs=-1, required=True, metavar="SERVICE=HOST:PORT…", shell_complete=running
)
@click.option("--force", is_flag=True, help="Do not check that HOST:PORT accepts connections.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@target_options
def retarget(
    what: tuple[str, ...],
    *,
    force: bool,
    as_json: bool,
    quiet: bool,
    **given: Any,  # noqa: ANN401
) -> None:
    """Change the upstream of an ambassador, in the file and in the running HAProxy.

    All sessions with the old upstream are closed, so that nothing more is written there.
    """
    where = _where(given)
    done: list[Retargeted] = []
    for name, upstream in upstreams(what):
        _require_ambassador(where.variant, name)
        if not force:
            where.each(_reaching(where, name, upstream))
        changed = _rewritten(where.variant, name, upstream)
        for found in where.each(_retargeting(where, name, changed)):
            done += found
        if not (quiet or as_json):
            click.echo(
                f"{name}: forwards to {far.spell(upstream)}, in {where.variant.file}", err=True
            )
    if as_json:
        click.echo(json_text(done))
    for one in done if not (quiet or as_json) else ():
        click.echo(_said(one), err=True)


def _require_ambassador(variant: Variant, name: str) -> None:
    service = variant.services.get(name)
    if service is None or service.role != labels.AMBASSADOR:
        raise UserError(
            f"service '{name}' is not an ambassador in '{variant.file}'",
            fix=f"make one: dcgen ambassador {name}=HOST:PORT",
        )


def _reaching(
    where: Place, name: str, upstream: Sequence[Address]
) -> Callable[[Site | None], None]:
    def act(site: Site | None) -> None:
        for live in where.lives(site, name):
            require_reachable(live, upstream[0])

    return act


def _rewritten(variant: Variant, name: str, upstream: Sequence[Address]) -> Variant:
    # Changes the file, and returns what it says now.
    step = partial(transform.ambassador, service=name, upstream=upstream, settings=Settings())
    file = str(variant.file)
    make([Step(name, step, name)], Making(file=(file,), output=file, quiet=True))
    return read(variant.file)


def _retargeting(
    where: Place, name: str, changed: Variant
) -> Callable[[Site | None], list[Retargeted]]:
    def act(site: Site | None) -> list[Retargeted]:
        return [retargeting.retarget(live, changed) for live in where.lives(site, name)]

    return act


def _said(one: Retargeted) -> str:
    parts = [f"{one.closed} old sessions closed"]
    if one.blackout_ms is not None:
        parts.append(f"first answer after {one.blackout_ms} ms")
    if one.reloaded:
        parts.append("its HAProxy was reloaded")
    if not one.kept:
        parts.append("lost when it restarts; to keep it: dcgen up")
    return f"{called(one.host, one.name)}: {', '.join(parts)}"


@lb.command(
    cls=RunCommand,
    short_help="Reload HAProxy with the configuration in the file.",
    epilog="Example: dcgen lb reload rng -f generated.yml",
)
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=running)
@target_options
def reload(services: tuple[str, ...], *, quiet: bool, **given: Any) -> None:  # noqa: ANN401
    """Reload running balancers with the configuration in the file; no connection is lost.

    HAProxy checks it first, and keeps the old one if it refuses the new one.
    """
    where = _where(given)

    def act(site: Site | None) -> list[reloading.Reloaded]:
        return [
            reloading.reload(live, configuration(where.variant, live.service))
            for live in where.lives(site, *services)
        ]

    for one in [one for found in where.each(act) for one in found]:
        what = f"reloaded after {one.after_s:.1f} s" if one.changed else "unchanged"
        if not quiet:
            click.echo(f"{called(one.host, one.name)}: {what}", err=True)
