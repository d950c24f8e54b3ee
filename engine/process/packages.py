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
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        text = re.split(r"(?:^|\s)(?:#|--hash)", line, maxsplit=1)[0].strip(" \t\\")
        if text and not text.startswith("-"):
            try:
                yield Requirement(text)
            except InvalidRequirement:
                continue


def _installed(requirement: Requirement) -> bool:
    if requirement.marker and not requirement.marker.evaluate():
        return True
    try:
        return requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False
