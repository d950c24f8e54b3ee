"""A variant that is put on top of what it was made from: alone it says a part of what runs."""

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from dcgen import output, source
from dcgen.commands.dash_f import dash_f
from dcgen.source import Source
from faults import Place, UserError, printable

_IN_A_FORM = re.compile(r"\bMade from [^\n]* \([a-z]+\)")


def with_sources(path: Path) -> list[Path | None]:
    """Return the file at *path*, behind those that it is put on top of.

    Raises:
        UserError: One of them is not there.
        HostError: It cannot be read.
    """
    below = _below(path, output.head(path))
    return source.find(tuple(map(str, [*below, path])))


def require_sources(read: Sequence[Source], *, changed: bool = False) -> None:
    """Return if the first file that was *read* stands for itself.

    Args:
        read: All that were read.
        changed: Whether it is to be changed, and not to be run.

    Raises:
        UserError: It is to be put on top of others.
    """
    path, text = read[0].path, read[0].text
    below = _below(path, text) if path else []
    if path and below:
        files = dash_f([*map(str, below), *([] if changed else [str(path)])])
        output_too = f" -o {printable(shlex.quote(str(path)))}" if changed else ""
        raise UserError(
            "the file is put on top of others: alone it says a part of what runs",
            fix=f"give {files}{output_too}",
            where=Place(str(path)),
        )


def _below(path: Path, text: str) -> list[Path]:
    if not _IN_A_FORM.search(text):
        return []
    from dcgen.commands import record  # noqa: PLC0415 - few files are, and it loads the generator
    from generator.targets.table import TARGETS  # noqa: PLC0415

    found = record.read(text)
    if found is None or found.form not in TARGETS or not TARGETS[found.form].on_top:
        return []
    return [Path(os.path.normpath(path.parent / name)) for name in found.sources]
