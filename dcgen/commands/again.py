"""What `dcgen undo` and `dcgen refresh` share: a generated file, and what is recorded in it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dcgen import output, source
from dcgen.commands import record
from dcgen.commands.making import Making
from dcgen.commands.record import Record
from faults import Place, UserError
from generator.result import is_generated


def find(given: Mapping[str, Any]) -> tuple[Record, Making]:
    """Return what the output that is *given* was made of, and how it is made again.

    Raises:
        UserError: It is not there, or says nothing about it.
    """
    making = Making.of(given)
    target = Path(making.output) if making.output else _default(making)
    text = output.head(target) if target.is_file() else None
    found = record.read(text or "")
    if found is None:
        fresh = " --fresh" if is_generated(text or "") else ""
        raise UserError(
            "there is no such file" if text is None else "the file does not say what made it",
            fix=f"make it first: dcgen scale SERVICE=N{fresh}"
            + ("" if target.name == source.DEFAULT_OUTPUT else f" -o {target}"),
            where=Place(str(target)),
        )
    given_files = () if _is_alone(making.file, target) else making.file
    files = given_files or tuple(str(target.parent / name) for name in found.sources)
    return found, replace(making, file=files, output=str(target))


def _is_alone(files: Sequence[str], target: Path) -> bool:
    # Who names the file itself means what it says that it was made of.
    return [os.path.realpath(name) for name in files] == [os.path.realpath(target)]


def _default(making: Making) -> Path:
    if not making.file and Path(source.DEFAULT_OUTPUT).is_file():
        return Path(source.DEFAULT_OUTPUT)
    first = source.find(making.file)[0]
    return (first.parent if first else Path()) / source.DEFAULT_OUTPUT


def without(made: Record, service: str) -> Record:
    """Return what *made* a file but for the changes of *service*.

    Raises:
        UserError: There is none.
    """
    left = tuple(change for change in made.changes if change.service != service)
    if len(left) == len(made.changes):
        known = ", ".join(change.service for change in made.changes)
        raise UserError(
            f"nothing was done to {service!r}",
            fix=f"name one of: {known}" if known else "make a change first: dcgen scale SERVICE=N",
        )
    return replace(made, changes=left)
