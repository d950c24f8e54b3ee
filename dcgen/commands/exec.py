"""``dcgen exec``: run a command in a container, on the host that is named."""

import sys

import click

from dcgen.commands.completion import places
from dcgen.commands.known import require_services
from dcgen.commands.named import alone, of
from dcgen.commands.target import RunCommand, Target, target, target_options
from engine.docker.containers import Site
from engine.docker.listing import Listed, listed, runs_as
from engine.hosts import Host
from faults import HostError, UsageError


@click.command(
    cls=RunCommand,
    context_settings={"allow_interspersed_args": False},
    epilog="Example: dcgen exec --hosts hosts.yml node1:worker-2 sh",
)
@click.argument("where", metavar="[HOST:]SERVICE", shell_complete=places)
@click.argument("command", nargs=-1, required=True, metavar="COMMAND…")
@target_options
def exec(  # noqa: A001 - the name of the command; click hands over one for each option
    where: str,
    command: tuple[str, ...],
    files: tuple[str, ...],
    engine: str,
    hosts: tuple[Host, ...],
    *,
    quiet: bool,  # noqa: ARG001 - it prints nothing
) -> None:
    """Run COMMAND in the first container of SERVICE that runs on HOST.

    SERVICE may be one replica: worker-2. HOST is one of --hosts or --host, else any Docker context
    or address; it may be left out if there is but one. Options of dcgen stand before SERVICE. The
    exit code is that of COMMAND.
    """
    name, service = of(where, "SERVICE")
    chosen = (alone(name, hosts),) if name else hosts
    if len(chosen) > 1:
        what = f"{len(chosen)} hosts are given, and a command runs on one"
        raise UsageError(what, fix=f"name it: {chosen[0]}:{service}")
    found = target(files, engine, chosen, starting=False)
    found.require_docker(
        "processes of this host have no container to run a command in",
        fix="run the command itself, or name a Docker host: HOST:SERVICE",
    )
    there = _container(found, service)
    on_terminal = ["--tty"] * (sys.stdin.isatty() and sys.stdout.isatty())
    sys.exit(
        there.host.attach(["docker", "exec", "--interactive", *on_terminal, there.name, *command])
    )


def _container(found: Target, service: str) -> Listed:
    variant = found.variant()
    require_services(variant, [service], replicas=True)
    (host,) = found.hosts
    known = listed(Site((), host), variant.project)
    running = [one for one in known if one.state == "running"]
    is_whole = service in variant.services
    there = [one for one in running if service in ({one.service} if is_whole else runs_as(one))]
    if not there:
        on = f" on '{host}'" if host.address else ""
        what = f"no container of '{service}' runs{on}"
        raise HostError(what, fix="see what runs: dcgen ps; start it: dcgen up -d")
    return there[0]
