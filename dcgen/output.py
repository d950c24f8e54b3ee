"""Where a variant goes: published to files, printed, compared; and what is never overwritten."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from faults import HostError, Place, UserError


def publish(
    files: Mapping[Path, str], *, force: bool, is_ours: Callable[[str], bool]
) -> list[Path]:
    """Write *files* so that each is there whole or not at all; return those that changed.

    Args:
        files: Path to text; the text is written byte for byte, in UTF-8.
        force: Overwrite also what dcgen did not write.
        is_ours: Tells from a file's text whether dcgen wrote it.

    Raises:
        UserError: A file is there that dcgen did not write.
        HostError: A file cannot be written.
    """
    for path in files:
        _require_ours(path, force=force, is_ours=is_ours)
    changed = []
    for path, text in files.items():
        data = text.encode()
        if _read(path) != data:
            _replace(path, data)
            changed.append(path)
    return changed


def stale(files: Mapping[Path, str]) -> list[Path]:
    """Return those of *files* that are not there, or hold something else."""
    return [path for path, text in files.items() if _read(path) != text.encode()]


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


def _require_ours(path: Path, *, force: bool, is_ours: Callable[[str], bool]) -> None:
    data = _read(path)
    if data is None or force or is_ours(data.decode(errors="replace")):
        return
    raise UserError(
        "the file is there, and dcgen did not write it",
        fix="choose another file with `-o`, or overwrite it with `--force`",
        where=Place(str(path)),
    )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HostError(
            f"cannot read the file: {error.strerror}",
            fix="choose another file with `-o`",
            where=Place(str(path)),
        ) from error


def _replace(path: Path, data: bytes) -> None:
    target = path.resolve()
    # In the same folder, so that the rename cannot cross a file system.
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        try:
            with beside.open("xb") as file:
                file.write(data)
            if target.exists():
                beside.chmod(target.stat().st_mode & 0o777)
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise HostError(
            f"cannot write the file: {error.strerror}",
            fix="choose another file with `-o`",
            where=Place(str(path)),
        ) from error
