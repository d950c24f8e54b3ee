"""A tag that says what is in an image: what git calls it, else a hash of the images themselves."""

import hashlib
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from composefile.image_names import is_tag
from engine.hosts import DEFAULT_HOST
from engine.ship.building import Image
from faults import UsageError

_HASH = 12


def require_tag(tag: str) -> str:
    """Return *tag* if Docker takes it, and it can mean one thing only.

    Raises:
        UsageError: It cannot.
    """
    if tag == "latest":
        raise UsageError(
            "'latest' does not tell which images it is, nor how to go back",
            fix="leave out `--tag`: git or the content names it; or give a version: `--tag v1.2`",
        )
    if not is_tag(tag):
        raise UsageError(
            f"{tag!r} is not a tag: letters, digits, '.', '_', '-', at most 128",
            fix="give one like `--tag v1.2`",
        )
    return tag


def tag_of(images: Sequence[Image], folder: Path) -> str:
    """Return the tag of *images*, which were built from a file in *folder*.

    That is what ``git describe`` says, if all that they were built from is committed. Else the
    first digits of a hash of the images' ids follow it, or stand alone where there is no git.
    """
    lines = sorted(f"{image.build.name} {image.id}" for image in images)
    content = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:_HASH]
    described = re.sub("[^A-Za-z0-9_.-]", "-", _git(folder, "describe", "--tags", "--always") or "")
    if not described:
        return content
    places = {place for image in images for place in image.build.sources}
    if _is_committed(folder, places):
        return described.lstrip(".-")[:128]
    return f"{described.lstrip('.-')[: 127 - _HASH]}-{content}"


def _is_committed(folder: Path, places: Iterable[str]) -> bool:
    # What git does not know, as a URL, has its own versions.
    # What is outside of the repository, git refuses to look at.
    here = [place for place in places if (folder / place).exists()]
    changed = _git(folder, "status", "--porcelain", "--", *here)
    return changed == "" and len(here) == len(set(places))


def _git(folder: Path, *words: str) -> str | None:
    """Return what git says; None if there is no git, or it refuses."""
    if not shutil.which("git"):
        return None
    ended = DEFAULT_HOST.call(("git", "-C", str(folder), *words))
    return ended.out.strip() if ended.code == 0 else None
