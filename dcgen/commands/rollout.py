"""``dcgen rollout``: new containers for the replicas of a service, one at a time."""

from typing import Any

import click

from dcgen.commands.completion import running
from dcgen.commands.json_text import json_text
from dcgen.commands.target import (
    RunCommand,
    deadline_option,
    healthy_option,
    renew_option,
    target,
    target_options,
)
from dcgen.progress import Progress
from engine.docker.containers import Site
from engine.events import Changed
from engine.variant import Service, Variant
from faults import UserError


@click.command(cls=RunCommand, epilog="Example: dcgen rollout rng -f generated.yml --build")
@click.argument("services", nargs=-1, required=True, metavar="SERVICE…", shell_complete=running)
@click.option("--build", is_flag=True, help="Build the image before starting replicas.")
@renew_option
@healthy_option
@deadline_option
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@target_options
def rollout(
    services: tuple[str, ...],
    *,
    build: bool,
    as_json: bool,
    quiet: bool,
    healthy_s: float,
    deadline_s: float,
    **given: Any,  # noqa: ANN401 - click checked them
) -> None:
    """Replace the replicas of SERVICE one at a time, without losing a request.

    A new replica must become healthy before an old one is drained and removed. If it does not,
    it is removed, the old replicas keep running, and the exit code is 1.

    Several hosts are done one after the other. The first that fails ends it, and it is told which
    hosts have new replicas and which have old ones.
    """
    from dcgen.commands.host_by_host import host_by_host  # noqa: PLC0415 - not for the help
    from dcgen.commands.location import place  # noqa: PLC0415
    from engine.live.rollout import Rollout  # noqa: PLC0415

    found = target(given["files"], given["engine"], given["hosts"], starting=False)
    found.require_docker(
        "processes have no containers to replace", fix="restart them: dcgen stop, then dcgen up"
    )
    where = place(found)
    balancers = [_balancer(where.variant, name) for name in services]
    where.hold()
    progress = Progress(quiet=quiet)
    done: list[Changed] = []

    def change(site: Site) -> None:
        for balancer in balancers:
            one = Rollout(
                site,
                where.variant,
                balancer,
                healthy_within_s=healthy_s,
                drain_within_s=deadline_s,
                build=build,
                renew_volumes=bool(given["renew"]),
            )
            for event in one.run():
                progress.show(event)
                if isinstance(event, Changed):
                    done.append(event)

    try:
        host_by_host(where.sites, change, done)
    finally:
        if as_json:
            click.echo(json_text(done))


def _balancer(variant: Variant, name: str) -> Service:
    service = variant.services.get(name)
    if service and service.is_provided:
        raise UserError(
            f"the containers of '{name}' are made by its provider",
            fix=f"let Compose ask it for new ones: docker compose up -d --force-recreate {name}",
            where=service.where("provider"),
        )
    if service is None or not service.identity.is_balancer:
        balanced = [s.name for s in variant if s.identity.is_balancer]
        raise UserError(
            f"service '{name}' has no balancer in '{variant.file}'",
            fix=f"name one of: {', '.join(balanced)}"
            if balanced
            else f"make one: dcgen scale {name} 2",
        )
    return service
