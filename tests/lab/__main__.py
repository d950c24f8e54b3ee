"""The lab by hand: ``python -m tests.lab install | images | up | status | down``, as root."""

from collections.abc import Sequence

import click

from faults import UsageError, UserError
from tests.lab import packages, users_engine
from tests.lab.access import require
from tests.lab.lab import LOCAL, TODAY, Lab, known, remove, sweep
from tests.lab.record import owner_is_gone


class Door(click.Group):
    """A group that shows a `UserError` as a message; a bug keeps its traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Door)
def main() -> None:
    """Real Docker Engines on this machine, for the end-to-end tests."""


@main.command()
def install() -> None:
    """Install what the lab needs from Debian's packages; say nothing if all is there."""
    require(installed=False)
    for package in packages.install():
        click.echo(f"installed {package}")


@main.command()
def images() -> None:
    """Make the archive of all images, unless the cache has it, and print its path."""
    require()
    lab = Lab.create()
    try:
        click.echo(lab.images())
    finally:
        lab.down()


@main.command()
@click.option("--hosts", type=click.IntRange(0, 20), default=3, show_default=True)
@click.option("--use-engine", is_flag=True, help="Use the Docker Engine that answers here.")
@click.option("--today", is_flag=True, help="Add the host 'today', with Debian's newest Docker.")
def up(hosts: int, *, use_engine: bool, today: bool) -> None:
    """Start an Engine with this machine's files, and HOSTS hosts that do not see them."""
    require()
    lab = Lab.create(keep=True, engine=users_engine.require() if use_engine else "")
    try:
        archive = lab.images()
        nodes = [f"node{number}" for number in range(1, hosts + 1)]
        lab.add_hosts([LOCAL, *nodes, *([TODAY] if today else [])])
        lab.load(archive)
    except BaseException:
        lab.down()
        raise
    _show(lab)


@main.command()
def status() -> None:
    """Show the labs on this machine and the DOCKER_HOST of each of their hosts."""
    for lab in known():
        _show(lab)


@main.command()
@click.argument("ids", nargs=-1)
def down(ids: tuple[str, ...]) -> None:
    """Remove the labs IDS, which may be left out if `up` made one only; and what dead runs left."""
    require(installed=False)
    sweep()
    remove_kept(ids, known())


def remove_kept(ids: Sequence[str], labs: Sequence[Lab]) -> None:
    """Remove those of *labs* with *ids*; without any, the only one that `up` made.

    Raises:
        UsageError: `up` made several.
    """
    kept = [lab.state.id for lab in labs if lab.state.owner is None]
    if not ids and len(kept) > 1:
        what = f"`up` made {len(kept)} labs: {', '.join(kept)}"
        raise UsageError(what, fix="name the ones to remove")
    for lab in labs:
        if lab.state.id in (ids or kept):
            remove(lab.folder)
            click.echo(f"removed lab {lab.state.id}")


def _show(lab: Lab) -> None:
    owner = lab.state.owner
    used = f"process {owner.pid}" if owner else "until `down`"
    used = "left by a dead run" if owner_is_gone(lab.state) else used
    click.echo(f"lab {lab.state.id}  {lab.state.subnet}  {used}")
    for name in lab.hosts():
        process = lab.state.daemons.get(name)
        running = "  (not running)" if process and not process.alive() else ""
        engine = lab.engine(name)
        path = f" PATH={engine.programs}:$PATH" if engine.programs else ""
        tools = f"DOCKER_CONFIG={engine.tools}{path}"
        click.echo(f"  {name:8} DOCKER_HOST={engine.url} {tools}{running}")


if __name__ == "__main__":
    main(prog_name="python -m tests.lab")
