"""Which changes a generated file is made of: those recorded in it, and those of this command."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from composefile.model import Model
from composefile.project import Project
from dcgen import output, source
from dcgen.commands import env_files, overlays, record
from dcgen.commands.record import Change, Record
from dcgen.commands.steps import Step
from dcgen.commands.variant_command import VariantCommand, seen_from
from faults import Place, UserError
from generator.result import Variant, is_generated
from generator.targets.table import DEFAULT


@dataclass(frozen=True, slots=True)
class History:
    """What makes a file.

    Attributes:
        steps: All that is done to its source, in order.
        kept: The changes among them that were recorded before.
        record: What its header will say; None if nothing is to be recorded.
        asked: What is done, if nothing is to be recorded.
    """

    steps: Sequence[Step]
    kept: Sequence[Change] = ()
    record: Record | None = None
    asked: Sequence[Change] = ()

    @property
    def changes(self) -> list[tuple[str, str]]:
        """All that is done, each the command and its words."""
        every = self.record.changes if self.record else self.asked
        return [(change.command, change.words) for change in every]

    def form(self, asked: str) -> str:
        """Return the target that is written: the one *asked* for, else that of the record."""
        return self.record.form if self.record and asked == DEFAULT else asked

    def written(self, text: str, form: str) -> str:
        """Return *text*, written in *form*, with the record in its header."""
        return record.write(text, replace(self.record, form=form) if self.record else None)


def history(
    steps: Sequence[Step],
    given: source.Source,
    paths: Sequence[str],
    target: Path | None,
    *,
    fresh: bool,
) -> History:
    """Return what makes *target* of the files *paths*: what it was made of before, and *steps*.

    Args:
        steps: What this command does.
        given: The first file.
        paths: All of them.
        target: The file that is written; None is standard output.
        fresh: Leave out what it was made of before.

    Raises:
        UserError: A recorded change cannot be made again, or the first file is an overlay.
    """
    ctx = click.get_current_context()
    folder = target.parent if target else given.folder
    new = _changes(ctx, steps, folder)
    if new is None or given.path is None:
        return History(steps, asked=new or ())
    if is_generated(given.text):
        overlays.require_sources([given], changed=True)
        found = record.read(given.text)
        moved = _moved(found, given.folder, folder) if found else None
        return History(steps, (), _continued(ctx, moved, new) if moved else None)
    if target is None:
        return History(steps, asked=new)
    sources = tuple(seen_from(folder, path) for path in paths)
    named = _named_env_files(folder)
    before = None if fresh else _before(target, given.path)
    if before is None:
        return History(steps, (), Record(sources, tuple(new), env_files=named))
    every = _after(replace(before, sources=sources, env_files=named), new)
    known = dict(zip(new, steps, strict=True))
    kept = [change for change in every.changes if change not in known]
    again: list[Step] = []
    for change in every.changes:
        mine = change in known
        again += [known[change]] if mine else map(_silent, _again(ctx, change, folder))
    return History(again, kept, every)


def use_env_files(path: Path | None, target: Path | None, *, fresh: bool) -> None:
    """Let what took the place of ``.env`` before take it again, if nothing else was chosen.

    Args:
        path: The first file that is read.
        target: The file that is written; None is standard output.
        fresh: Leave out what *target* was made of before.
    """
    if path is None:
        return
    before = None if target is None or fresh else _before(target, path)
    found, folder = (before, target.parent) if before and target else (_own(path), path.parent)
    if found:
        env_files.use(folder / name for name in found.env_files)


def _own(path: Path) -> Record | None:
    return record.read(output.head(path))


def _named_env_files(folder: Path) -> tuple[str, ...]:
    return tuple(seen_from(folder, path) for path in Project.named_env_files())


def remade(made: Record, folder: Path) -> History:
    """Return what *made* a file of *folder*, to make it again.

    Raises:
        UserError: A recorded change cannot be made again.
    """
    ctx = click.get_current_context()
    steps = [step for change in made.changes for step in _again(ctx, change, folder)]
    return History(steps, made.changes, replace(made, env_files=_named_env_files(folder)))


def is_continued(steps: Sequence[Step], text: str, *, alone: bool) -> bool:
    """Tell whether *steps* change a generated file, of *text*, and may do so in its place.

    They may not if it is more than what they make: a service *alone*.
    """
    if not is_generated(text) or not alone:
        return is_generated(text)
    found = record.read(text)
    known = {(step.service, True) for step in steps}
    return found is not None and {change.key for change in found.changes} == known


def _before(target: Path, path: Path) -> Record | None:
    """Return what made *target*, if it was made from *path*."""
    if not target.is_file():
        return None
    found = record.read(output.head(target))
    same = found and os.path.realpath(target.parent / found.sources[0]) == os.path.realpath(path)
    return found if same else None


def _after(before: Record, new: Sequence[Change]) -> Record:
    return replace(before, changes=record.merged(before.changes, new))


def _moved(before: Record, old: Path, new: Path) -> Record:
    def moved(paths: Sequence[str]) -> tuple[str, ...]:
        return tuple(seen_from(new, old / path) for path in paths)

    return replace(before, sources=moved(before.sources), env_files=moved(before.env_files))


def _continued(ctx: click.Context, before: Record, new: Sequence[Change]) -> Record:
    """Return *before* with what was done to the generated file itself, which keeps its options."""
    former = {change.key: change for change in before.changes}
    changes = []
    for change in new:
        old = former.get(change.key)
        command = _command(ctx, change.command or (old.command if old else ""))
        if old and command and old.command == command.name:
            changes.append(command.over(replace(change, command=old.command), old))
        elif change.command:
            changes.append(change)
    return _after(before, changes)


def _command(ctx: click.Context, name: str) -> VariantCommand | None:
    root = ctx.find_root()
    group = root.command
    command = group.get_command(root, name) if isinstance(group, click.Group) else None
    return command if isinstance(command, VariantCommand) else None


def _changes(ctx: click.Context, steps: Sequence[Step], folder: Path) -> list[Change] | None:
    """Return *steps* as they are recorded; without a command if it only changes what is there."""
    command = ctx.command
    if isinstance(command, VariantCommand):
        changes = command.changes(ctx, steps, folder)
    else:
        changes = [Change("", step.words) for step in steps]
    # A comment is one line: what would be more is not recorded.
    return changes if all(str(change).isprintable() for change in changes) else None


def _silent(step: Step) -> Step:
    """Return *step* without its warnings: they were said when it was made first."""

    def transform(model: Model) -> Variant:
        return replace(step.transform(model), warnings=())

    return replace(step, transform=transform)


def _again(ctx: click.Context, change: Change, folder: Path) -> list[Step]:
    command = _command(ctx, change.command)
    if command is None:
        raise _refusal(change, f"there is no command {change.command!r}")
    try:
        return [_told(step, change) for step in command.again(change, folder, ctx.find_root())]
    except click.UsageError as error:
        raise _refusal(change, error.format_message()) from error
    except UserError as error:
        raise _refusal(change, error.what, error.where) from error


def _told(step: Step, change: Change) -> Step:
    """Return *step* so that its errors say that it was made before."""

    def transform(model: Model) -> Variant:
        try:
            return step.transform(model)
        except UserError as error:
            raise _refusal(change, error.what, error.where) from error

    return replace(step, transform=transform)


def _refusal(change: Change, what: str, where: Place | None = None) -> UserError:
    return UserError(
        f"cannot make this change again: dcgen {change}: {what}",
        fix=f"take it back with `dcgen undo {shlex.quote(change.service)}`,"
        " or start anew with `--fresh`",
        where=where,
    )
