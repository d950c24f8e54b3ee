"""``dcgen sample``: DockerCoins in a folder of one's own, to try dcgen on."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import click

from faults import HostError, UserError

# What only the package needs: its own marker, and what Python wrote there.
NOT_COPIED = frozenset({"__init__.py", "__pycache__"})


@click.command(epilog="Example: dcgen sample coins && cd coins && dcgen scale rng 3")
@click.argument("folder", type=click.Path(path_type=Path))
def sample(folder: Path) -> None:
    """Write DockerCoins, the sample application, into FOLDER, which must be new or empty.

    To run it without Docker: pip install 'dcgen[dockercoins]'
    """
    source = _installed()
    try:
        if _is_taken(folder):
            raise UserError(
                f"'{folder}' exists and is not an empty folder", fix="name a new folder"
            )
        _copy(source, folder)
    except OSError as error:
        raise HostError(
            f"cannot write the sample into '{folder}': {error.strerror}",
            fix="name a folder that you may write to, on a disk with 1 MB of free space",
        ) from error
    click.echo(f"DockerCoins is in {folder}; next: cd {folder} && dcgen scale rng 3")


def _copy(source: Path, folder: Path) -> None:
    # All of it or nothing: a part of the sample would only be in the way.
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(source.rglob("*")):
            inside = path.relative_to(source)
            if NOT_COPIED.isdisjoint(inside.parts):
                _put(path, folder / inside)
    except BaseException:
        for path in [folder] if is_new else list(folder.iterdir()):
            _remove(path)
        raise


def _put(path: Path, there: Path) -> None:
    if path.is_dir():
        there.mkdir()
    else:
        shutil.copy2(path, there)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_taken(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return folder.is_symlink() or folder.exists()
    return any(folder.iterdir())


def _installed() -> Path:
    # Not by an import: the sample is no part of dcgen, and is only copied.
    spec = find_spec("dockercoins")
    if spec is None or not spec.origin:
        raise HostError("the sample application is not installed", fix="reinstall dcgen")
    return Path(spec.origin).parent
