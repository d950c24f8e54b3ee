"""``dcgen kubernetes``: the manifests of a Compose file, for a cluster."""

import click

from composefile.document import own
from composefile.model import Model
from composefile.project import PROJECT_NAME, Project
from dcgen.commands.grouped import GroupedCommand
from dcgen.commands.telling import warn
from dcgen.reading import read_all
from dcgen.source import find
from generator.targets.kubernetes.manifests import Images, manifests


@click.command(
    cls=GroupedCommand,
    epilog="Example: dcgen kubernetes --registry r.example --tag 1 | kubectl apply -f -",
)
@click.option(
    "-f", "--file", "files", metavar="FILE", multiple=True, help="Compose file; - is stdin."
)
@click.option("--registry", default="", help="Where images built here are: HOST/PATH.")
@click.option("--tag", default="", help="Their tag.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def kubernetes(files: tuple[str, ...], registry: str, tag: str, *, quiet: bool) -> None:
    """Print manifests of Kubernetes for the services of a Compose file.

    What a cluster does otherwise is said; what cannot be written is refused.
    """
    reading = read_all(find(files))
    written = reading.model
    name = written.value(own(reading.document.root, "name"))
    project = Project(reading.first.folder, called=name if isinstance(name, str) else "")
    filled = Model(reading.document, project, filled=True)
    text, notices = manifests(
        filled, written, project.environment[PROJECT_NAME], Images(registry, tag)
    )
    if not quiet:
        warn(notices)
    click.echo(text.encode(), nl=False)
