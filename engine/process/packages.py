"""Which Python packages a service needs that this Python lacks, and the command that installs them.

Only ``requirements.txt`` is read, and only its lines that name a package: of a path or an
address pip alone can tell.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from composefile import text_file

_OURS = "dcgen"


def missing(file: Path) -> list[Requirement]:
    """Return the lines of the requirements *file* that this Python does not fulfil, in order."""
    return [wanted for wanted in _requirements(file) if not _installed(wanted)]


def install_command(wanted: Iterable[Requirement], file: Path) -> str:
    """Return the command for a shell that installs what is *wanted* by the requirements *file*.

    If an extra of dcgen's brings all of it, as that of the sample application does, the command
    names the extra: then it is the same for every service.
    """
    names = {canonicalize_name(one.name) for one in wanted}
    extra = next((name for name, brings in _extras().items() if names <= brings), None)
    what = f"'{_OURS}[{extra}]'" if extra else f"-r {file}"
    return f"{sys.executable} -m pip install {what}"


def _extras() -> dict[str, set[str]]:
    # Name of an extra to the packages that it brings, the smallest extra first.
    try:
        ours = metadata.distribution(_OURS)
    except metadata.PackageNotFoundError:
        return {}
    found = {
        name: {
            canonicalize_name(one.name)
            for one in map(Requirement, ours.requires or ())
            if one.marker and one.marker.evaluate({"extra": name})
        }
        for name in ours.metadata.get_all("Provides-Extra") or ()
    }
    return dict(sorted(found.items(), key=lambda item: len(item[1])))


def _requirements(file: Path) -> Iterator[Requirement]:
    if not file.is_file():
        return
    # What is no text of ours is pip's to judge, as a line that names no package is.
    try:
        text = text_file.read(file)
    except text_file.UnreadableError:
        return
    for line in text.splitlines():
        wanted = re.split(r"(?:^|\s)(?:#|--hash)", line, maxsplit=1)[0].strip(" \t\\")
        if wanted and not wanted.startswith("-"):
            try:
                yield Requirement(wanted)
            except InvalidRequirement:
                continue


def _installed(requirement: Requirement) -> bool:
    if requirement.marker and not requirement.marker.evaluate():
        return True
    try:
        return requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
    except (metadata.PackageNotFoundError, ValueError):  # ValueError: a number without end
        return False
