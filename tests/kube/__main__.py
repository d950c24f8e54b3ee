"""The cluster by hand: ``python -m tests.kube build | there | up | down``, as root."""

import sys

import click

from tests.kube import programs
from tests.kube.cluster import CONTROL, Cluster
from tests.lab.__main__ import Door, remove_kept
from tests.lab.access import require
from tests.lab.lab import known, sweep


@click.group(cls=Door)
def main() -> None:
    """A real Kubernetes on this machine, for the tests of `dcgen kubernetes`."""


@main.command()
def build() -> None:
    """Build Kubernetes' programs from Debian's source, unless the cache has them."""
    require()
    programs.build()
    click.echo(programs.folder())


@main.command()
def there() -> None:
    """Exit with 0 if Kubernetes' programs are built, and with 1 if not."""
    sys.exit(not programs.there())


@main.command()
@click.option("--nodes", type=click.IntRange(1, 3), default=3, show_default=True)
def up(nodes: int) -> None:
    """Start a cluster of NODES nodes, and print how kubectl reaches it."""
    require()
    cluster = Cluster.create(keep=True)
    try:
        cluster.begin([f"node{number}" for number in range(1, nodes + 1)])
    except BaseException:
        cluster.down()
        raise
    click.echo(f"export KUBECONFIG={cluster.kubectl.config} PATH={programs.folder()}:$PATH")


@main.command()
@click.argument("ids", nargs=-1)
def down(ids: tuple[str, ...]) -> None:
    """Remove the clusters IDS, which may be left out if `up` made one; and what dead runs left."""
    require(installed=False)
    sweep()
    remove_kept(ids, [lab for lab in known() if CONTROL in lab.state.daemons])


if __name__ == "__main__":
    main(prog_name="python -m tests.kube")
