"""The file of ``--html``: whole or not at all, and never in place of what is no such page."""

import os
from pathlib import Path

from dcgen.output import head, is_stream
from dcgen.source import STDIN
from engine import whole_file
from faults import HostError, Place, UsageError, UserError

_TITLE = "<title>dcgen advise: "


def require(path: Path) -> None:
    """Return if a page may be written to *path*, so far as that can be told before it is there.

    Raises:
        UsageError: It is ``-``: standard output has the text.
        UserError: Its folder is not there, or something else than such a page is at *path*.
        HostError: What is there cannot be read.
    """
    if str(path) == STDIN:
        what = "standard output has what was found as text, and no page beside it"
        raise UsageError(what, fix="give --html FILE")
    if not path.parent.is_dir():
        what, fix = f"the folder {str(path.parent)!r} does not exist", "make it first"
    elif path.is_dir():
        what, fix = "this is a folder", "name a file in it"
    elif path.exists() and not is_stream(path) and _TITLE not in head(path):
        what, fix = "the file exists and is no page of dcgen advise", "delete it"
    else:
        return
    raise UserError(what, fix=f"{fix}, or choose another file with --html", where=Place(str(path)))


def write(path: Path, text: str) -> None:
    """Write *text* to *path*, whole or not at all; a device or a pipe is written into.

    Raises:
        UserError: See `require`.
        HostError: It cannot be written.
    """
    require(path)
    try:
        if is_stream(path):
            path.write_text(text, encoding="utf-8")
            return
        with whole_file.replacing(Path(os.path.realpath(path))) as file:
            file.write(text.encode())
    except OSError as error:
        raise HostError(
            f"cannot write the page: {error.strerror}",
            fix="give --html a file in a folder that you can write to",
            where=Place(str(path)),
        ) from error
