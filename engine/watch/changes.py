"""Files that change: folders are watched by the system, single files are looked at.

Editors replace a file by another of the same name; who watches it watches the one that is gone.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from watchfiles import DefaultFilter, watch

_LOOKED_AT_EVERY_MS = 300
_QUIET_MS = 100  # a save is several events: they count together when it is quiet for so long
_LONGEST_MS = 1600


def changes(folders: Iterable[Path], files: Iterable[Path]) -> Iterator[set[Path]]:
    """Yield what was changed, made or deleted since the last time, for ever.

    Version control, caches and the temporary files of editors are left out.

    Args:
        folders: With all that is below them.
        files: Single ones, which need not be there.
    """
    files = list(files)
    seen = {file: _stamp(file) for file in files}
    roots = _outermost(folders)
    events = watch(
        *roots,
        watch_filter=DefaultFilter(),
        yield_on_timeout=True,
        rust_timeout=_LOOKED_AT_EVERY_MS,
        step=_QUIET_MS,
        debounce=_LONGEST_MS,
    )
    for found in events:
        now = {file: _stamp(file) for file in files}
        changed = {file for file in files if now[file] != seen[file]}
        seen = now
        changed |= {Path(name).resolve() for _, name in found}
        if changed:
            yield changed


def _outermost(folders: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for folder in sorted(set(folders)):
        if folder.is_dir() and not any(folder.is_relative_to(one) for one in found):
            found.append(folder)
    return found


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino
