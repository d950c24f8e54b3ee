"""``dcgen lb``: look at the balancers and ambassadors of a variant that runs, and change them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import click

from ambassador import upstreams as far
from composefile import labels
from dcgen.commands.assignments import upstreams
from dcgen.commands.completion import running
from dcgen.commands.location import Place, place, table
from dcgen.commands.pipeline import Making, Step, make
from dcgen.commands.target import target, target_options
from dcgen.progress import Progress
from engine.docker.containers import Site
from engine.live import drain as draining
from engine.live import reload as reloading
from engine.live import retarget as retargeting
from engine.live.configuration import configuration
from engine.live.reach import require_reachable
from engine.live.retarget import Retargeted
from engine.live.running import Live
from engine.live.status import Status
from engine.live.status import status as status_of
from engine.variant import Variant, read
from faults import UserError
from generator.result import Settings
from generator.transforms import ambassador as transform
from lb.model import Address

deadline_option = click.option(
    "--drain-deadline",
    "deadline_s",
    type=click.FloatRange(min=0),
    default=draining.DEADLINE_S,
    show_default=True,
    metavar="SECONDS",
    help="How long a server may work on what it has.",
)


@click.group(
    short_help="Look at running balancers and ambassadors, and change them.",
    epilog="Example: dcgen lb status -f generated.yml",
)
def lb() -> None:
    """Look at the balancers and ambassadors of a variant that runs, and change them.

    They are reached through their containers: nothing of this is exposed on a network.
    """


def _where(given: dict[str, Any]) -> Place:
    found = target(given["files"], given["engine"], given["hosts"], starting=False)
    return place(found)


@lb.command(epilog="Example: dcgen lb status -f generated.yml --json")
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=running)
@target_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def status(services: tuple[str, ...], *, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - click checked them
    """Show the servers of each balancer: health, sessions, queue, latency."""
    where = _where(given)
    found = where.each(lambda site: status_of(where.lives(site, *services)))
    everything = [one for host in found for one in host]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in everything], indent=2))
        return
    click.echo(table(_rows(everything)))
    for one in everything:
        if one.slots and not given["quiet"]:
            click.echo(_slots(one), err=True)


def _rows(found: list[Status]) -> list[tuple[str, ...]]:
    head = ("POOL", "SERVER", "ADDRESS", "HEALTH", "SESSIONS", "QUEUE", "TOTAL", "LATENCY")
    rows: list[tuple[str, ...]] = [
        (
            one.host,
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


@lb.command(epilog="Example: dcgen lb drain rng2 -f generated.yml")
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
            f"some servers still work after {deadline_s:g} s; they get nothing new",
            fix="wait longer with --drain-deadline, or look at them: dcgen lb status",
        )


@lb.command(epilog="Example: dcgen lb ready rng2 -f generated.yml")
@click.argument("names", nargs=-1, required=True, metavar="SERVER|SERVICE…", shell_complete=running)
@target_options
def ready(names: tuple[str, ...], *, quiet: bool, **given: Any) -> None:  # noqa: ANN401
    """Let servers serve again."""
    where = _where(given)
    progress = Progress(quiet=quiet)

    def act(site: Site | None) -> None:
        lives = where.lives(site)
        found = draining.chosen(lives, names)
        of_whole_balancers = [live for live in lives if live.service.name in names]
        draining.ready([*found, *draining.free_slots(of_whole_balancers)])
        for server in found:
            progress.say(f"{_at(server.live)}{server.name}: ready")

    where.each(act)


@lb.command(
    context_settings={"ignore_unknown_options": True},
    epilog="Example: dcgen lb retarget redis=192.0.2.8:6379 -f generated.yml",
)
@click.argument(
    "what", nargs=-1, required=True, metavar="SERVICE=HOST:PORT…", shell_complete=running
)
@click.option("--force", is_flag=True, help="Also if nobody listens there yet.")
@click.option("--json", "as_json", is_flag=True, help="What was done, as JSON.")
@target_options
def retarget(
    what: tuple[str, ...],
    *,
    force: bool,
    as_json: bool,
    quiet: bool,
    **given: Any,  # noqa: ANN401
) -> None:
    """Lead an ambassador to another upstream at once, in the file and where it runs.

    Every session with the old upstream is closed, so that nothing is written there any more.
    """
    where = _where(given)
    done: list[Retargeted] = []
    for name, upstream in upstreams(what):
        _require_ambassador(where.variant, name)
        if not force:
            where.each(_reaching(where, name, upstream))
        text = _rewritten(where.variant, name, upstream)
        for found in where.each(_retargeting(where, name, text)):
            done += found
        if not (quiet or as_json):
            click.echo(
                f"{name}: forwards to {far.spell(upstream)}, in {where.variant.file}", err=True
            )
    if as_json:
        click.echo(json.dumps([asdict(one) for one in done], indent=2))
    for one in done if not (quiet or as_json) else ():
        click.echo(_said(one), err=True)


def _require_ambassador(variant: Variant, name: str) -> None:
    service = variant.services.get(name)
    if service is None or service.role != labels.AMBASSADOR:
        raise UserError(
            f"service '{name}' is no ambassador of '{variant.file}'",
            fix=f"make one: dcgen ambassador {name}=HOST:PORT",
        )


def _reaching(
    where: Place, name: str, upstream: Sequence[Address]
) -> Callable[[Site | None], None]:
    def act(site: Site | None) -> None:
        for live in where.lives(site, name):
            require_reachable(live, upstream[0])

    return act


def _rewritten(variant: Variant, name: str, upstream: Sequence[Address]) -> str:
    # Changes the file, and returns the configuration that it gives the ambassador now.
    step = partial(transform.ambassador, service=name, upstream=upstream, settings=Settings())
    file = str(variant.file)
    make([Step(name, step, name)], Making(file=(file,), output=file, quiet=True))
    changed = read(variant.file)
    return configuration(changed, changed.services[name])


def _retargeting(where: Place, name: str, text: str) -> Callable[[Site | None], list[Retargeted]]:
    def act(site: Site | None) -> list[Retargeted]:
        return [retargeting.retarget(live, text) for live in where.lives(site, name)]

    return act


def _said(one: Retargeted) -> str:
    parts = [f"{one.closed} old sessions closed"]
    if one.blackout_ms is not None:
        parts.append(f"an answer through it after {one.blackout_ms} ms")
    if one.reloaded:
        parts.append("its HAProxy was reloaded")
    if not one.kept:
        parts.append("until it is restarted: dcgen up makes it last")
    return f"{one.host and f'{one.host} '}{one.name}: {', '.join(parts)}"


@lb.command(epilog="Example: dcgen lb reload rng -f generated.yml")
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=running)
@target_options
def reload(services: tuple[str, ...], *, quiet: bool, **given: Any) -> None:  # noqa: ANN401
    """Give running balancers the configuration of the file, without losing a connection.

    HAProxy checks it first, and goes on with what it has if the new one does not start.
    """
    where = _where(given)

    def act(site: Site | None) -> list[reloading.Reloaded]:
        return [
            reloading.reload(live, configuration(where.variant, live.service))
            for live in where.lives(site, *services)
        ]

    for one in [one for found in where.each(act) for one in found]:
        what = f"reloaded after {one.after_s:.1f} s" if one.changed else "has it already"
        if not quiet:
            click.echo(f"{one.host and f'{one.host} '}{one.name}: {what}", err=True)


def _at(live: Live) -> str:
    return f"{live.host} " if live.host else ""
