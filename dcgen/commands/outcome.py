"""What becomes of a variant: a file, a diff, a check, or standard output; and what is said."""

import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from dcgen import output
from dcgen.commands import telling
from dcgen.commands.making import Making, secrets_of
from dcgen.commands.record import Change
from dcgen.commands.shared_configurations import shared
from dcgen.commands.steps import Step
from dcgen.reading import Reading, which
from dcgen.reporting import colored_diff
from faults import UsageError
from generator.result import Made, Notice, Variant, is_generated
from generator.targets.folder import is_tied, placed
from generator.targets.table import TARGETS


def made_of(variant: Variant, target: Path | None, making: Making, read: Reading) -> Made:
    """Return *variant* with what it was made from, and where it goes.

    Raises:
        UserError: The folder of *target* is not there, *variant* would change its meaning there, or
            would replace an input; or HAProxy refuses what a person's own templates made.
        HostError: HAProxy does not answer.
    """
    output.prove(variant.unproven)
    if target is not None:
        output.require_folder(target)
        _require_apart(variant, target, making, read)
    path = read.first.path
    made = Made(
        read.model,
        variant,
        name=target.name if target else making.default,
        folder=target.parent if target and not output.is_stream(target) else None,
        alone=path.name if path and read.alone else None,
    )
    return made if TARGETS[making.target].on_top else placed(made)


def _require_apart(variant: Variant, target: Path, making: Making, read: Reading) -> None:
    first, given = read.first.path, [one.path for one in read.sources if one.path]
    is_first = first is not None and os.path.realpath(first) == os.path.realpath(target)
    if not (making.continued and is_first):
        output.require_apart([target], read.inputs)
    # Variants of included files may take each other's place.
    output.require_apart([read.first.folder / path for path in variant.included], given)


def warn(read: Reading, notices: Iterable[Notice]) -> None:
    """Say which files were *read*, if several, and *notices*."""
    said = which(read.sources)
    telling.tell([said] if said else [])
    telling.warn(notices)


def publish(
    written: Mapping[str, str],
    variant: Variant,
    target: Path | None,
    making: Making,
    read: Reading,
) -> bool:
    """Let the files *written*, the main one first, come out at *target* as *making* says.

    Those that it includes, and what belongs to them, are in *variant*.

    Returns:
        Whether files were written.

    Raises:
        UserError: They are out of date, or would replace a file that is not ours.
        UsageError: Several files cannot go to standard output.
    """
    name, text = next(iter(written.items()))
    if making.diff:
        shown = str(target) if target else "<stdout>"
        _show(read.first.text, text, read.first.name, shown)
        for path, document in variant.sources.items():
            where = str(read.first.folder / path)
            _show(document.text, variant.included[path], document.file, where)
    elif target is None or output.is_stream(target):
        _say_where(making, read)
        _require_one([other for other in written if other != name], variant.included)
    if target is None:
        if not making.diff:
            click.echo(text.encode(), nl=False)
        return False
    files = {target.parent / name: content for name, content in written.items()}
    files |= {read.first.folder / path: text for path, text in variant.included.items()}
    if making.check:
        output.require_current(files)
    elif not making.diff:
        _write(files, making, read)
    return not (making.check or making.diff)


def _show(before: str, after: str, before_name: str, after_name: str) -> None:
    click.echo(colored_diff(output.diff(before, after, before_name, after_name)), nl=False)


def _write(files: dict[Path, str], making: Making, read: Reading) -> None:
    """Write *files*, the main one first."""
    target, path = next(iter(files)), read.first.path
    if not making.quiet:
        telling.warn(shared(output.stale(files), files))
    in_order = dict(reversed(files.items()))  # what the main file refers to is there before it
    like = {target: path} if path else {}
    configurations = [path for path in files if path.suffix == ".cfg"]
    output.publish(
        in_order, force=making.force, is_ours=is_generated, like=like, for_all=configurations
    )


def _require_one(beside: Sequence[str], included: Iterable[str]) -> None:
    names = ", ".join(map(posixpath.basename, included))
    if names:
        raise UsageError(
            f"the variant consists of several files, {names} among them",
            fix="name a file with `-o FILE`",
        )
    if beside:
        raise UsageError(
            f"`--lb-config file` writes {', '.join(beside)} beside the output",
            fix="name a file with `-o FILE`, or leave out `--lb-config file`",
        )


def _say_where(making: Making, read: Reading) -> None:
    """Say that what goes into a stream means the same in one folder only, if that is not this."""
    folder = read.first.folder
    moved = os.path.realpath(folder) != str(Path.cwd())
    if not making.quiet and moved and is_tied(read.model):
        what = f"name, `.env` and paths of the project are those of {folder}, not of this folder"
        telling.warn([Notice(what, fix=telling.run_there(folder, v1=read.document.v1))])


def tell(
    steps: Sequence[Step],
    kept: Sequence[Change],
    files: Sequence[Path],
    variant: Variant,
    making: Making,
    read: Reading,
) -> None:
    """Say what *steps* did, what was *kept* of those before, and what to run now.

    The first of *files* was written, and includes the others.
    """
    target, *included = files
    telling.tell(
        telling.done([step.done for step in steps], [change.short for change in kept], target)
    )
    telling.tell(f"it includes {path}" for path in included)
    names = read.files if TARGETS[making.target].on_top else []
    written = [*names, str(target)]
    behind = dict(variant.behind)
    if making.target == "provider":  # Compose knows replicas by the number after the balancer's
        behind = {name: found and f"--index 2 {name}" for name, found in behind.items()}
    now = {step.service: behind[step.service] for step in steps if step.service in behind}
    telling.tell(telling.reach_inside(now, written, v1=read.document.v1))
    telling.tell(_next(steps, making, read, written))


def _next(
    steps: Sequence[Step], making: Making, read: Reading, written: Sequence[str]
) -> list[str]:
    """Return what to run now."""
    secrets = str(secrets_of(Path(written[-1]))) if making.secrets else making.variables
    up = telling.run_it(written, making.project, v1=read.document.v1, more_variables=secrets)
    if not making.there:
        return [f"run it: {up}"]
    here = telling.use_it(steps[0].service, making.file, written[-1] if making.secrets else "")
    there = [] if making.started else [f"run it there: {up}"]
    return [*there, f"use it here: {here}"]
