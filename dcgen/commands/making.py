"""Where the input of a variant comes from and where its output goes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dcgen import output
from dcgen.source import DEFAULT_OUTPUT
from faults import UsageError
from generator.targets.table import DEFAULT

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Making:
    """Where the input comes from and where the output goes, as the options say.

    *there* tells that the output is to run on another host, and the input's rest here; *fresh*
    that what is recorded in the output is not made again; *secrets* that its secrets are in a file
    beside it (`secrets_of`). *variables* is another file that holds them. *project* is the
    name that the environment gives to the output's project; *started* tells that dcgen starts it.
    *continued* tells that the output may take the place of the first input.
    """

    file: tuple[str, ...] = ()
    output: str | None = None
    diff: bool = False
    check: bool = False
    force: bool = False
    target: str = DEFAULT
    quiet: bool = False
    fresh: bool = False
    default: str = DEFAULT_OUTPUT
    there: bool = False
    secrets: bool = False
    variables: str = ""
    project: str = ""
    started: bool = False
    continued: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any], **more: Any) -> "Making":  # noqa: ANN401 - fields of any type
        """Return what the options *given* say, and *more* of it."""
        known = {field.name: given[field.name] for field in fields(cls) if field.name in given}
        return cls(**{**known, **more})


def target_of(making: Making, path: Path | None) -> Path | None:
    """Return the file that is written for the input at *path*; None is standard output.

    Raises:
        UsageError: `--check` has no file to compare with.
    """
    folder = path.parent if path else Path()
    target = Path(making.output) if making.output else folder / making.default
    is_printed = making.output == STDOUT
    if making.check and (is_printed or output.is_stream(target)):
        fix = "name it with `-o`"
        raise UsageError("`--check` compares a file, and there is none", fix=fix)
    return None if is_printed else target


def secrets_of(target: Path) -> Path:
    """Return the file of variables beside the Compose file *target* that has its secrets."""
    return target.with_suffix(".env")
