"""``dcgen renew``: other certificates for a detached service and its ambassadors."""

from pathlib import Path

import click

from ambassador.authority import SERVICE_DAYS
from dcgen import secret_file
from dcgen.commands.connected import connected, default
from dcgen.commands.grouped import within
from dcgen.commands.having_certificates import give, having
from dcgen.commands.kept_certificates import Kept
from dcgen.commands.making import secrets_of
from dcgen.commands.run_options import hosts_options
from engine.docker.compose import require
from engine.docker.containers import Site
from engine.hosts import Host
from faults import Place, UserError


@click.command(
    epilog="Example: dcgen renew redis --host node1 --host node2",
)
@click.argument("service")
@click.option(
    "-f",
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file of `dcgen detach`.  [default: SERVICE.yml]",
)
@click.option("--authority", is_flag=True, help="Make a new authority, too, and trust it alone.")
@click.option(
    "--days",
    type=within(click.IntRange(1, 825)),
    default=SERVICE_DAYS,
    show_default=True,
    metavar="N",
    help="How long the certificates are good for.",
)
@hosts_options
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def renew(
    service: str,
    file: Path | None,
    hosts: tuple[Host, ...],
    *,
    authority: bool,
    days: int,
    quiet: bool,
) -> None:
    """Renew the certificates of SERVICE, which `dcgen detach --tls auto` made; no connection ends.

    Name every host that runs it or an ambassador for it: who is left out goes on until its
    certificate ends, and with --authority until it connects again.
    """
    kept = Kept(file or Path(f"{service}.yml"), service)
    path = secrets_of(kept.target)
    found = _with_certificates(kept, path)
    planned = kept.stages(found, authority=authority, days=days)
    reached = connected(hosts) or default()
    for host in reached:
        require(host)
    those = having([Site((), host) for host in reached], kept, found)
    for stage in planned:
        # What is written here is what a container gets that is made anew meanwhile.
        if stage.authority:
            kept.write(stage.authority)
        secret_file.write(path, {**found, **stage.values})
        give(those, stage.what, kept.by_secret(stage.values), quiet=quiet)
    if not quiet:
        end = kept.until(secret_file.read(path))
        click.echo(f"{path}: the certificates end on {end:%Y-%m-%d}", err=True)


def _with_certificates(kept: Kept, path: Path) -> dict[str, str]:
    found = secret_file.read(path)
    if not all(name in found for name in kept.names):
        raise UserError(
            f"there are no certificates of {kept.service!r} here",
            fix=f"name its file with `-f`, or make some: dcgen detach {kept.service} --tls auto",
            where=Place(str(path)),
        )
    return found
