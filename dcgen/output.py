"""Where a variant goes: published to files, printed, compared; and what is never overwritten."""

import contextlib
import errno
import os
import shlex
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine import whole_file
from faults import HostError, Place, UserError, printable
from lb import programs

if TYPE_CHECKING:
    from generator.result import Unproven

HEAD_BYTES = 64 * 1024
READERS = 0o444
READER_WITHIN_S = 10.0
_LOOK_EVERY_S = 0.05


def prove(unproven: Iterable["Unproven"]) -> None:
    """Let HAProxy judge what a person's own templates made, if there is one on this machine.

    Raises:
        HostError: HAProxy does not answer.
        UserError: HAProxy refuses one.
    """
    for one in unproven if programs.find("haproxy") else ():
        from lb.own_templates import prove as prove_one  # noqa: PLC0415 - it loads Jinja2

        prove_one(one.text, one.folder, one.files)


def publish(
    files: Mapping[Path, str],
    *,
    force: bool,
    is_ours: Callable[[str], bool],
    like: Mapping[Path, Path] | None = None,
    for_all: Collection[Path] = (),
    private: Collection[Path] = (),
) -> list[Path]:
    """Write *files* so that each is there whole or not at all; return those that changed.

    A device or a named pipe is written into, and never replaced.

    Args:
        files: Path to text; the text is written byte for byte, in UTF-8.
        force: Overwrite also what dcgen did not write.
        is_ours: Tells from a file's text whether dcgen wrote it.
        like: Path of a file that is new to the file whose reader and owner it gets.
        for_all: Those that everyone may read, whatever the umask: HAProxy does as another user.
        private: Those that only their owner may read.

    Raises:
        UserError: A file is there that dcgen did not write.
        HostError: A file cannot be written, or something is there that is none.
    """
    for path in files:
        _require_ours(path, force=force, is_ours=is_ours)
    changed = []
    for path, text in files.items():
        data = text.encode()
        if not _holds(path, data):
            _write(path, data, (like or {}).get(path), private=path in private)
            changed.append(path)
        _set_readers(path, for_all=path in for_all, private=path in private)
    return changed


def head(path: Path) -> str:
    """Return the beginning of the file at *path*, so much as tells whether dcgen wrote it.

    Raises:
        HostError: It cannot be read.
    """
    with _told(path, "read"), path.open("rb") as file:
        return file.read(HEAD_BYTES).decode(errors="replace")


def whole(path: Path) -> str:
    """Return the file at *path*.

    Raises:
        HostError: It cannot be read.
    """
    with _told(path, "read"):
        return path.read_bytes().decode(errors="replace")


def stale(files: Mapping[Path, str]) -> list[Path]:
    """Return those of *files* that are not there, or hold something else."""
    return [path for path, text in files.items() if not _holds(path, text.encode())]


def require_current(files: Mapping[Path, str]) -> None:
    """Return if nothing of *files* would be written.

    Raises:
        UserError: Some of them are not there, or hold something else.
    """
    if found := stale(files):
        raise UserError(
            f"{len(found)} of {len(files)} files are out of date:"
            f" {', '.join(path.name for path in found)}",
            fix="run the same command without --check",
            where=Place(str(found[0]), 1),
        )


def require_apart(written: Iterable[Path], read: Iterable[Path], what: str = "file") -> None:
    """Return if none of the files *written* is one of those *read*: nothing would bring it back.

    Args:
        written: Where something is written or removed.
        read: What was read.
        what: What `-o` names.

    Raises:
        UserError: One is.
    """
    inputs = {os.path.realpath(path): path for path in read}
    for path in written:
        if (found := inputs.get(os.path.realpath(path))) is not None:
            raise UserError(
                "the output would replace the input",
                fix=f"choose another {what} with `-o`",
                where=Place(str(found)),
            )


def require_folder(path: Path) -> None:
    """Return if the folder for the file at *path* is there.

    Raises:
        UserError: It is not.
    """
    if not path.parent.is_dir():
        raise UserError(
            f"the folder {str(path.parent)!r} does not exist",
            fix="make it first, or choose another file with `-o`",
            where=Place(str(path)),
        )


def diff(before: str, after: str, before_name: str, after_name: str) -> str:
    """Return the unified diff from *before* to *after*; empty if they are equal."""
    import difflib  # noqa: PLC0415 - few runs need it, each would pay for it

    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        before_name,
        after_name,
    )
    whole = (
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
    return "".join(whole)


@contextlib.contextmanager
def _told(path: Path, what: str) -> Iterator[None]:
    """Say which file could not be read or written, as *what* says."""
    try:
        yield
    except OSError as error:
        reads = f"allow it: chmod u+r {printable(shlex.quote(str(path)))}"
        raise HostError(
            f"cannot {what} the file: {error.strerror}",
            fix=reads if what == "read" else "choose another file with `-o`",
            where=Place(str(path)),
        ) from error


def is_stream(path: Path) -> bool:
    """Tell whether *path* is a terminal, ``/dev/null`` or a pipe: written to, but not replaced."""
    return path.is_char_device() or path.is_fifo()


def _require_ours(path: Path, *, force: bool, is_ours: Callable[[str], bool]) -> None:
    if is_stream(path):
        return
    if path.is_symlink() and os.path.islink(os.path.realpath(path)):  # noqa: PTH114 - it never fails
        raise HostError(
            "the output is a link to itself",
            fix="delete it, or choose another file with `-o`",
            where=Place(str(path)),
        )
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "no file"
        raise HostError(
            f"the output is {kind}", fix="choose another file with `-o`", where=Place(str(path))
        )
    if force or not path.exists() or is_ours(head(path)):
        return
    raise UserError(
        "the file exists and was not generated by dcgen",
        fix="choose another file with `-o`, or overwrite it with `--force`",
        where=Place(str(path)),
    )


def _holds(path: Path, data: bytes) -> bool:
    """Tell whether the file at *path* holds *data*; one of another size is not read."""
    with _told(path, "read"):
        same = path.is_file() and path.stat().st_size == len(data)
        return same and path.read_bytes() == data


def _write(path: Path, data: bytes, like: Path | None, *, private: bool) -> None:
    with _told(path, "write"):
        if path.is_fifo():
            _pour(path, data)
        elif is_stream(path):
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data, like, private=private)


def _pour(path: Path, data: bytes) -> None:
    # To open a pipe waits for somebody who reads it, and for ever if nobody ever does.
    deadline_s = time.monotonic() + READER_WITHIN_S
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        if time.monotonic() > deadline_s:
            raise HostError(
                f"nothing reads the named pipe after {READER_WITHIN_S:.0f} s",
                fix="start what reads it, or choose another file with `-o`",
                where=Place(str(path)),
            )
        time.sleep(_LOOK_EVERY_S)
    os.set_blocking(descriptor, True)
    with open(descriptor, "wb") as pipe:  # noqa: PTH123 - a descriptor
        pipe.write(data)


def _replace(target: Path, data: bytes, like: Path | None, *, private: bool) -> None:
    is_old = target.exists()
    former = target.stat() if is_old else like.stat() if like else None
    owner = (former.st_uid, former.st_gid) if former else None
    # An old file keeps its mode; nobody may do more with a new one than with what it is like.
    mode = former.st_mode & (0o777 if is_old else 0o666) if former else 0o666
    if private:
        mode = whole_file.ONLY_OWNER
    with whole_file.replacing(target, mode, exactly=is_old or private, owner=owner) as file:
        file.write(data)


def _set_readers(path: Path, *, for_all: bool, private: bool) -> None:
    if not (for_all or private) or is_stream(path):
        return
    with _told(path, "change the mode of"):
        mode = path.stat().st_mode & 0o777
        wanted = whole_file.ONLY_OWNER if private else mode | READERS
        if mode != wanted:
            path.chmod(wanted)
