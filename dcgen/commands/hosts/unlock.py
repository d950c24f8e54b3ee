"""``dcgen hosts unlock``: whose lock it is, and what a command that is gone has left."""

import click

from dcgen.commands.connected import connected, default
from dcgen.commands.run_options import hosts_options
from engine.hosts import Host
from engine.hosts.lock import holder, remove
from faults import HostError


@click.command(epilog="Example: dcgen hosts unlock shop --host node1 --force")
@click.argument("project")
@hosts_options
@click.option("--force", is_flag=True, help="Take the lock away, whoever holds it.")
@click.pass_context
def unlock(ctx: click.Context, project: str, hosts: tuple[Host, ...], *, force: bool) -> None:
    """Show who changes PROJECT on each host; with --force, take the lock away.

    A command that ends gives its locks back, after Ctrl-C, too: one that was killed cannot.
    The exit code is 1 if PROJECT is still locked.
    """
    locked = False
    failed = False
    for host in connected(hosts or ctx.obj) or default():
        try:
            found = holder(host, project)
            if found and force:
                remove(host, found)
        except HostError as error:
            failed = True
            click.echo(f"{host.title}: {error.what}", err=True)
            continue
        locked = locked or bool(found and not force)
        said = f"{'unlocked; it was changed' if force else 'changed'} by {found}"
        click.echo(f"{host.title}: {said if found else 'not locked'}")
    if failed:
        ctx.exit(HostError.exit_code)
    ctx.exit(1 if locked else 0)
