"""What writing files would change on the disk, as a diff."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import click

from dcgen import output
from dcgen.reporting import colored_diff
from faults import printable

_NOTHING = "/dev/null"


def show(
    files: Mapping[Path, str], former: Iterable[Path] = (), private: Collection[Path] = ()
) -> None:
    """Print a unified diff from what is on the disk to *files*; nothing if they are there already.

    Args:
        files: Path to text.
        former: Files that would be removed.
        private: Those of *files* whose content is not shown.

    Raises:
        HostError: A file cannot be read.
    """
    for path in output.stale(files):
        if path in private:
            click.echo(printable(f"{path} changes; it holds secrets, and is not shown"))
        else:
            _show(path, files[path])
    for path in former:
        _show(path, "")


def _show(path: Path, text: str) -> None:
    before = output.whole(path) if path.is_file() else ""
    name = printable(str(path))
    shown = output.diff(before, text, name if before else _NOTHING, name if text else _NOTHING)
    click.echo(colored_diff(shown), nl=False)
