"""Where manifests go: a folder that holds them and nothing older, or one stream."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from dcgen import output
from faults import HostError, Place, UserError
from generator.result import HEADER, is_generated
from generator.targets.kubernetes.objects import SECRETS


def folder_of(given: str | None, path: Path | None) -> Path:
    """Return the folder for the manifests of the file at *path*: the *given* one, or beside it."""
    return Path(given) if given else (path.parent if path else Path()) / "kubernetes"


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
    if SECRETS in texts:
        _keep_private(folder / SECRETS)
    in_order = {folder / name: text for name, text in [*texts.items()][::-1]}
    output.publish(in_order, force=force, is_ours=is_generated)
    for path in former:
        path.unlink(missing_ok=True)


def _keep_private(path: Path) -> None:
    # What is written keeps the mode of what is there.
    if path.exists() and (output.is_stream(path) or not is_generated(output.head(path))):
        return
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        path.chmod(0o600)
        if not path.stat().st_size:
            path.write_text(HEADER)
    except OSError as error:
        raise HostError(
            f"cannot write the file: {error.strerror}",
            fix="choose another folder with `-o`",
            where=Place(str(path)),
        ) from error


def _former(folder: Path, texts: Iterable[str]) -> list[Path]:
    found = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    others = [path for path in found if path.name not in texts and path.is_file()]
    return [path for path in others if is_generated(output.head(path))]
