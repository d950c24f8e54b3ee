"""Other variants in a folder that mount a configuration of HAProxy which is about to change."""

import contextlib
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from faults import Place
from generator.result import CONFIGURATION, Notice, is_generated

_ENDINGS = (".yml", ".yaml", ".json")


def shared(changed: Iterable[Path], files: Collection[Path]) -> Iterator[Notice]:
    """Yield which variants mount a configuration that is *changed* and are not among *files*.

    It is a copy of a variant, a file that was made from one, or one whose name differs in its
    ending alone.
    """
    for path in changed:
        if path.name.endswith(CONFIGURATION) and path.is_file():
            yield from _users(path, files)


def _users(configuration: Path, files: Collection[Path]) -> Iterator[Notice]:
    mount = re.compile(rf"[\s\"'\[,]\./{re.escape(configuration.name)}:")
    written = {path.resolve() for path in files}
    for other in sorted(configuration.parent.iterdir()):
        if other.suffix not in _ENDINGS or other.resolve() in written or not other.is_file():
            continue
        with contextlib.suppress(OSError):  # what cannot be read is not run either
            text = other.read_text(encoding="utf-8", errors="replace")
            found = mount.search(text) if is_generated(text) else None
            if found:
                line = text.count("\n", 0, found.start() + 1) + 1
                what = f"this file mounts {configuration.name}, which is another one from now on"
                fix = "make it again, or delete it if nothing runs it"
                yield Notice(what, Place(str(other), line), fix=fix)
