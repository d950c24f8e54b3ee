"""``dcgen swarm``: a Compose file as a stack of Docker Swarm, for ``docker stack deploy``."""

import hashlib
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from composefile.document import own
from composefile.model import Model
from composefile.project import PROJECT_NAME, Project
from dcgen import output
from dcgen.commands.grouped import GroupedCommand
from dcgen.commands.telling import tell, warn
from dcgen.reading import Reading, read_all
from dcgen.source import find
from faults import Place, UsageError, UserError, printable
from generator.result import is_generated
from generator.targets.swarm.stack import Choices, stack
from generator.targets.swarm.variables import Source

STDOUT = "-"


@click.command(
    cls=GroupedCommand,
    epilog="Example: dcgen swarm --registry registry.example/coins --tag v1 -o stack.yml"
    " && docker stack deploy -c stack.yml coins",
)
@click.option(
    "-f", "--file", "files", metavar="FILE", multiple=True, help="Compose file; - is stdin."
)
@click.option(
    "-o", "--output", "named", metavar="FILE", help="Write the stack there, not to standard output."
)
@click.option("--registry", default="", help="Where images built here are: HOST[:PORT][/PATH].")
@click.option("--tag", default="", help="Their tag: they are REGISTRY/SERVICE:TAG.")
@click.option(
    "--publish",
    type=click.Choice(["ingress", "host"]),
    default="ingress",
    show_default=True,
    help="Publish ports on all nodes, or on those that run the service.",
)
@click.option(
    "--endpoint-mode",
    type=click.Choice(["vip", "dnsrr"]),
    default="vip",
    show_default=True,
    help="What a service's name resolves to: one virtual address, or those of its tasks.",
)
@click.option("--check", is_flag=True, help="Exit 1 if FILE is out of date; write nothing.")
@click.option("--force", is_flag=True, help="Overwrite a file that dcgen did not write.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def swarm(  # noqa: PLR0913 - options
    files: tuple[str, ...],
    named: str | None,
    registry: str,
    tag: str,
    publish: str,
    endpoint_mode: str,
    *,
    check: bool,
    force: bool,
    quiet: bool,
) -> None:
    """Print a stack of Docker Swarm for the services of a Compose file.

    `docker stack deploy` takes it as it is. What Swarm has not is said, or refused with its line.
    A variant of `dcgen scale --dynamic` keeps its HAProxy.
    """
    if bool(registry) != bool(tag):
        given, missing = ("--registry", "--tag TAG") if registry else ("--tag", "--registry HOST")
        raise UsageError(f"`{given}` needs `{missing}`", fix=f"add `{missing}`")
    reading = read_all(find(files))
    target = Path(named) if named and named != STDOUT else None
    if check and target is None:
        raise UsageError("`--check` compares with a file", fix="name it: `-o FILE`")
    source, project = _source(reading)
    choices = Choices(registry, tag, publish, endpoint_mode)
    made = stack(source, project, choices, _moved(reading, target))
    if not quiet:
        warn(made.notices)
    if target is None:
        _print(made.text, made.files)
        return
    _publish({target: made.text, **_beside(target, made.files)}, check=check, force=force)
    if not quiet and not check:
        names = ", ".join(str(target.parent / name) for name in made.files)
        tell([f"written: {printable(str(target))}{f', and beside it {names}' if names else ''}"])
        tell([f"run it: docker stack deploy -c {shlex.quote(str(target))} {project}"])


def _source(reading: Reading) -> tuple[Source, str]:
    written = reading.model
    name = written.value(own(reading.document.root, "name"))
    project = Project(reading.first.folder, called=name if isinstance(name, str) else "")
    filled = Model(reading.document, project, filled=True)
    written = Model(reading.document, project)
    return Source(filled, written), project.environment[PROJECT_NAME]


def _moved(reading: Reading, target: Path | None) -> str:
    there = target.parent if target else Path()
    return Path(os.path.relpath(reading.first.folder, there)).as_posix()


def _print(text: str, beside: Mapping[str, str]) -> None:
    if beside:
        raise UsageError(
            f"the stack consists of several files, {', '.join(beside)} among them",
            fix="name a file with `-o FILE`",
        )
    click.echo(text.encode(), nl=False)


def _beside(target: Path, beside: Mapping[str, str]) -> dict[Path, str]:
    return {target.parent / name: text for name, text in beside.items()}


def _publish(files: dict[Path, str], *, check: bool, force: bool) -> None:
    target = next(iter(files))
    if check:
        if stale := output.stale(files):
            raise UserError(
                f"{len(stale)} of {len(files)} files are out of date:"
                f" {', '.join(path.name for path in stale)}",
                fix="run the same command without --check",
                where=Place(str(stale[0]), 1),
            )
        return
    if not target.parent.is_dir():
        raise UserError(
            f"the folder {str(target.parent)!r} does not exist",
            fix="make it first, or choose another file with `-o`",
            where=Place(str(target)),
        )
    former = output.head(target) if target.is_file() else ""

    def is_ours(text: str) -> bool:
        # The former stack names the configs that it had by the hash of their text.
        return is_generated(text) or hashlib.sha256(text.encode()).hexdigest()[:8] in former

    output.publish(dict(reversed(files.items())), force=force, is_ours=is_ours)
