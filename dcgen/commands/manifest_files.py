"""The folder where manifests go: it holds them, and nothing older of dcgen's."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from dcgen import output
from dcgen.commands import pending
from faults import HostError, Place, UserError
from generator.result import is_generated
from generator.targets.kubernetes.objects import SECRETS


def folder_of(given: str | None, path: Path | None) -> Path:
    """Return the folder for the manifests of the file at *path*: the *given* one, or beside it."""
    return Path(given) if given else (path.parent if path else Path()) / "kubernetes"


def require_apart(folder: Path, texts: Iterable[str], read: Iterable[Path]) -> None:
    """Return if no file *read* would make way for *texts*, by file name, in *folder*.

    Raises:
        UserError: One would.
    """
    changed = [*(folder / name for name in texts), *_former(folder, texts)]
    output.require_apart(changed, read, what="folder")


def require_current(folder: Path, texts: Mapping[str, str]) -> None:
    """See that *folder* holds *texts*, by file name, and no manifest of dcgen's besides.

    Raises:
        UserError: It does not.
    """
    stale = output.stale({folder / name: text for name, text in texts.items()})
    stale += _former(folder, texts)
    if stale:
        raise UserError(
            f"{len(stale)} files are out of date: {', '.join(path.name for path in stale)}",
            fix="run the same command without --check",
            where=Place(str(folder)),
        )


def show_pending(folder: Path, texts: Mapping[str, str]) -> None:
    """Print a unified diff from what *folder* holds to *texts*, by file name; Secrets left out.

    Raises:
        HostError: A file there cannot be read.
    """
    files = {folder / name: text for name, text in texts.items()}
    pending.show(files, _former(folder, texts), private=[folder / SECRETS])


def write(folder: Path, texts: Mapping[str, str], *, force: bool) -> None:
    """Write *texts*, by file name, into *folder*, the first one last; remove what dcgen left there.

    Args:
        folder: It is made if it is not there.
        texts: File name to text.
        force: Overwrite also what dcgen did not write.

    Raises:
        UserError: A file is there that dcgen did not write.
        HostError: A file cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise HostError(
            "the output is not a folder",
            fix="choose another one with `-o`",
            where=Place(str(folder)),
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        former = _former(folder, texts)
    except OSError as error:
        raise HostError(
            f"cannot write the folder: {error.strerror}",
            fix="choose another one with `-o`",
            where=Place(str(folder)),
        ) from error
    in_order = {folder / name: text for name, text in [*texts.items()][::-1]}
    output.publish(in_order, force=force, is_ours=is_generated, private=[folder / SECRETS])
    for path in former:
        path.unlink(missing_ok=True)


def _former(folder: Path, texts: Iterable[str]) -> list[Path]:
    found = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    others = [path for path in found if path.name not in texts and path.is_file()]
    return [path for path in others if _is_manifest(output.head(path))]


def _is_manifest(text: str) -> bool:
    return is_generated(text) and re.search("^apiVersion:", text, re.MULTILINE) is not None
