"""What would be lost with a file that is written over: changes that nothing else can make again."""

from collections.abc import Collection
from pathlib import Path

from dcgen import output
from dcgen.commands import record
from dcgen.source import Source
from faults import Place, UserError
from generator.result import is_generated


def require_none(given: Source, target: Path | None) -> None:
    """Return if nothing is lost when *target* is made of the first file, *given*.

    Raises:
        UserError: dcgen made *target*, but it does not say how, so that it cannot be made again;
            or it does, and what is made of standard input would not.
    """
    if given.path is None:
        require_no_changes(target, fix="start anew with `--fresh`")
        return
    # What was made by dcgen before may make such a file each time.
    if is_generated(given.text) or target is None or not target.is_file():
        return
    text = output.head(target)
    if is_generated(text) and record.read(text) is None:
        raise UserError(
            "dcgen made the file, but it does not say how: what was done before would be lost",
            fix="choose another file with `-o`, or start anew with `--fresh`",
            where=Place(str(target)),
        )


def require_no_changes(
    target: Path | None,
    alone: Collection[str] = (),
    fix: str = "overwrite it with `--force`",
) -> None:
    """Return if *target* is no variant that says what made it.

    Args:
        target: The file that is written; None is standard output.
        alone: Services of which it may be one, written alone.
        fix: What to do if it is.

    Raises:
        UserError: It is.
    """
    found = record.read(output.head(target)) if target and target.is_file() else None
    known = {(name, True) for name in alone}
    if found and any(change.key not in known for change in found.changes):
        changes = ", ".join(change.short for change in found.changes)
        raise UserError(
            f"the file is a variant, and what was done would be lost: {changes}",
            fix=f"choose another file with `-o`, or {fix}",
            where=Place(str(target)),
        )
