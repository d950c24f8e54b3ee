"""``dcgen restart``: end containers and start them again, on all hosts."""

import click

from dcgen.commands.completion import running
from dcgen.commands.compose import compose
from dcgen.commands.known import require_services, with_replicas
from dcgen.commands.target import RunCommand, parallel_option, target, target_options
from dcgen.progress import Progress
from engine.hosts import Host


@click.command(cls=RunCommand, epilog="Example: dcgen restart worker --hosts hosts.yml")
@click.argument("services", nargs=-1, metavar="[SERVICE]…", shell_complete=running)
@target_options
@parallel_option
def restart(
    services: tuple[str, ...],
    files: tuple[str, ...],
    engine: str,
    hosts: tuple[Host, ...],
    *,
    quiet: bool,
    parallel: int,
) -> None:
    """Restart the containers of SERVICE, or of all services, on each host.

    All containers of a service stop at the same time, its replicas and the HAProxy before them:
    `dcgen rollout` replaces replicas one at a time.
    A change of the file has no effect: that is what `dcgen up -d` is for.
    """
    found = target(files, engine, hosts, starting=False)
    found.require_docker(
        "processes of this host are not restarted by a command",
        fix="end them and start them again: dcgen stop, then dcgen up",
    )
    variant = found.variant()
    require_services(variant, services)
    found.hold()
    progress = Progress(quiet=quiet, verb="restarted")
    names = with_replicas(variant, services)
    compose(found, progress, "restart", *names, parallel=parallel, live=True)
