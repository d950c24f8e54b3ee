"""Make a variant: the steps one after another, then one way out (file, standard output, diff)."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from composefile.document import Document
from composefile.model import Model
from dcgen import output, source
from dcgen.commands.steps import Step, require_service, transformed
from dcgen.reading import Reading, read_all, which
from dcgen.reporting import colored, colored_diff
from faults import Place, UsageError, UserError, printable
from generator.checks.other_files import override_notices
from generator.result import Made, Notice, Variant, is_generated
from generator.targets.compose import has_relative_paths
from generator.targets.table import DEFAULT, TARGETS

DEFAULT_OUTPUT = "generated.yml"
STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Making:
    """Where the input comes from and where the output goes, as the options say.

    *there* tells that the output is to run on another host, and the input's rest here.
    """

    file: tuple[str, ...] = ()
    output: str | None = None
    diff: bool = False
    check: bool = False
    force: bool = False
    target: str = DEFAULT
    quiet: bool = False
    default: str = DEFAULT_OUTPUT
    there: bool = False


def make(steps: list[Step], making: Making) -> None:
    """Take the input through *steps* and publish what comes out, as *making* says.

    Raises:
        UserError: The input cannot be transformed, or the output is stale or not dcgen's.
    """
    read = read_all(source.find(making.file))
    given, document, names = read.first, read.document, read.files
    model = read.model
    target = _target(making, given)
    for step in steps:
        require_service(step, model, alone=making.there, on_top=TARGETS[making.target].on_top)
    variant = transformed(steps, model, target.name if target else making.default)
    output.prove(variant.unproven)
    made = _made(variant, model, target, making, read)
    written = TARGETS[making.target].write(made)
    text = written[made.name]
    files = {target.parent / name: content for name, content in written.items()} if target else {}
    files |= {given.folder / path: content for path, content in variant.included.items()}
    overrides = _overrides(steps, model, names)
    if not making.quiet:
        _say(read, [*overrides, *variant.warnings])
    if making.diff:
        name = str(target) if target else "<stdout>"
        click.echo(colored_diff(output.diff(given.text, text, given.name, name)), nl=False)
    elif target is None:
        _print(text, variant, document, making, given)
    elif making.check:
        _check(files)
    else:
        _require_not_input(target, given)
        in_order = dict(reversed(files.items()))  # what the main file refers to is there before it
        output.publish(in_order, force=making.force, is_ours=is_generated)
        done = _done(steps, making, document, names, target)
        for line in () if making.quiet else (*done[:-1], *_beside(variant, given), done[-1]):
            click.echo(line, err=True)


def _say(read: Reading, notices: list[Notice]) -> None:
    if said := which(read.sources):
        click.echo(said, err=True)
    for notice in notices:
        click.echo(f"{colored('warning:', 'yellow')} {notice}", err=True)
        if notice.fix:
            click.echo(f"  {colored('fix:', 'green')} {printable(notice.fix)}", err=True)


def _done(
    steps: list[Step], making: Making, document: Document, names: list[str], target: Path
) -> list[str]:
    """Return what was done, and what to run now: commands for a shell."""
    done = [f"{step.done}, in {target}" for step in steps]
    files = [*names, str(target)] if TARGETS[making.target].on_top else [str(target)]
    command = "docker-compose" if document.v1 else "docker compose"
    up = f"{command} {_dash_f(files)} up -d"
    if not making.there:
        return [*done, f"run it: {up}"]
    address = shlex.quote(f"{steps[0].service}=HOST:PORT")
    here = " ".join(filter(None, ["dcgen ambassador", address, _dash_f(making.file)]))
    return [*done, f"run it there: {up}", f"use it here: {here}"]


def _beside(variant: Variant, given: source.Source) -> list[str]:
    return [f"it includes {given.folder / path}" for path in variant.included]


def _dash_f(files: Sequence[str]) -> str:
    return printable(" ".join(f"-f {shlex.quote(file)}" for file in files))


def _overrides(steps: list[Step], model: Model, names: list[str]) -> list[Notice]:
    """Return what to say of override files that Compose would read without being asked."""
    names = [Path(name).name for name in names]
    if names[:1] not in [[name] for name in source.NAMES]:
        return []
    return [notice for step in steps for notice in override_notices(model, step.service, names)]


def _target(making: Making, given: source.Source) -> Path | None:
    if making.output == STDOUT:
        return None
    return Path(making.output) if making.output else given.folder / making.default


def _made(
    variant: Variant, source_model: Model, target: Path | None, making: Making, read: Reading
) -> Made:
    if target is not None and not target.parent.is_dir():
        raise UserError(
            f"the folder {str(target.parent)!r} does not exist",
            fix="make it first, or choose another file with `-o`",
            where=Place(str(target)),
        )
    path = read.first.path
    return Made(
        source_model,
        variant,
        name=target.name if target else making.default,
        folder=target.parent if target else None,
        alone=path.name if path and read.alone else None,
    )


def _print(
    text: str, variant: Variant, document: Document, making: Making, given: source.Source
) -> None:
    if variant.included:
        raise UsageError(
            f"the variant consists of several files, {', '.join(variant.included)} among them",
            fix="name a file with `-o FILE`",
        )
    if variant.files:
        raise UsageError(
            f"`--lb-config file` writes {', '.join(variant.files)} beside the output",
            fix="name a file with `-o FILE`, or leave out `--lb-config file`",
        )
    moved = given.folder.resolve() != Path.cwd()
    if not making.quiet and moved and has_relative_paths(document):
        click.echo(
            f"{colored('warning:', 'yellow')} paths in the output are relative to"
            f" {given.folder}, not to this folder",
            err=True,
        )
    click.echo(text.encode(), nl=False)


def _check(files: dict[Path, str]) -> None:
    stale = output.stale(files)
    if stale:
        raise UserError(
            f"{len(stale)} of {len(files)} files are out of date:"
            f" {', '.join(path.name for path in stale)}",
            fix="run the same command without --check",
            where=Place(str(stale[0]), 1),
        )


def _require_not_input(target: Path, given: source.Source) -> None:
    same = given.path is not None and target.resolve() == given.path.resolve()
    if same and not is_generated(given.text):
        raise UserError(
            "the output would replace the input",
            fix="choose another file with `-o`",
            where=Place(given.name),
        )
