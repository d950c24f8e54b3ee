"""Make a variant: the steps one after another, then one way out (file, standard output, diff)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dcgen import source
from dcgen.commands import env_files, history, losses, outcome
from dcgen.commands.history import History
from dcgen.commands.making import Making, target_of
from dcgen.commands.record import Record
from dcgen.commands.steps import Step, require_service, transformed
from dcgen.commands.unread import overrides
from dcgen.reading import Reading, read_all
from generator.targets.table import TARGETS


def make(steps: Sequence[Step], given: Mapping[str, Any], **more: Any) -> Path | None:  # noqa: ANN401 - see Making
    """Take the input through *steps* and publish what comes out, as the options *given* say.

    *more* are fields of `Making` that are no options. What is recorded in the output, if it was
    made of the same input, is done before.

    Returns:
        The file that was written; None if none was, but a difference or a stream.

    Raises:
        UserError: The input cannot be transformed, or the output is stale or not dcgen's.
    """
    making = Making.of(given, **more)
    paths = source.find(making.file)
    target, is_fresh = target_of(making, paths[0]), making.fresh or making.there
    if not making.file:  # an overlay of ours, which COMPOSE_FILE has, or an override
        paths = [*paths[:1], *(path for path in paths[1:] if not _same(path, target))]
    history.use_env_files(paths[0], target, fresh=is_fresh)
    read = read_all(paths)
    if not (making.fresh or making.force or making.check or making.diff):
        _require_no_losses(steps, making, read, target)
    past = history.history(steps, read.first, read.files, target, fresh=is_fresh)
    making = replace(making, target=past.form(making.target))
    if not TARGETS[making.target].on_top:
        continued = history.is_continued(steps, read.first.text, alone=making.there)
        making = replace(making, continued=continued)
    return _publish(steps, past, making, read, target)


def _require_no_losses(
    steps: Sequence[Step], making: Making, read: Reading, target: Path | None
) -> None:
    if not making.there:
        losses.require_none(read.first, target)
    elif not any(_same(path, target) for path in read.inputs):  # that is refused, or continued
        losses.require_no_changes(target, alone=[step.service for step in steps])


def remake(made: Record, making: Making) -> None:
    """Make the output again of its sources as *made* says, and publish it as *making* says.

    Raises:
        UserError: A change cannot be made again, or the output is stale.
    """
    paths = source.find(making.file)
    target = target_of(making, paths[0])
    if target:
        env_files.use(target.parent / name for name in made.env_files)
    read = read_all(paths)
    past = history.remade(made, target.parent if target else read.first.folder)
    _publish((), past, replace(making, target=past.form(making.target)), read, target)


def _same(path: Path | None, other: Path | None) -> bool:
    return path is not None and other is not None and path.resolve() == other.resolve()


def _publish(
    steps: Sequence[Step], past: History, making: Making, read: Reading, target: Path | None
) -> Path | None:
    merged, on_top = read.model, TARGETS[making.target].on_top
    for step in steps:
        require_service(step, merged, alone=making.there, on_top=on_top)
    name = target.name if target else making.default
    usual = name == source.DEFAULT_OUTPUT
    variant = transformed(past.steps, merged, name, is_default=usual)
    made = replace(outcome.made_of(variant, target, making, read), changes=past.changes)
    written = dict(TARGETS[making.target].write(made))
    written[made.name] = past.written(written[made.name], making.target)
    if read.first.text.lstrip("\ufeff \t\r\n").startswith("{"):
        from generator.targets.json_form import as_source  # noqa: PLC0415 - few files are JSON

        written[made.name] = as_source(written[made.name], read.first.text)
    if not making.quiet:
        services = [step.service for step in steps]
        outcome.warn(read, (*overrides(merged, services, read, target), *made.variant.warnings))
    if not outcome.publish(written, variant, target, making, read) or target is None:
        return None
    if not making.quiet:
        included = [read.first.folder / path for path in variant.sources]
        outcome.tell(steps, past.kept, [target, *included], variant, making, read)
    return target
