"""One archive with every image that the tests need, made once and kept in the cache.

The archive holds the base images, DockerCoins' own images as ``dcgen-lab/rng`` and so on, and the
balancer image of ``lb/`` under the name that generated files use. It is made on a builder, a
Docker daemon that has this machine's network; the hosts of the lab have none.
"""

import hashlib
import os
from pathlib import Path

from tests.lab import bases
from tests.lab.engine import Engine
from tests.lab.packages import cache

HAMBA = "jpetazzo/hamba"
ALSO_IN_HAMBA = [bases.CHECKOUT / "faults" / "__init__.py"]
KEPT = 2  # archives of a kind: this one, and the one of the branch before


def contexts() -> dict[str, Path]:
    """Return the image name and the folder of each image of ours that has a Dockerfile."""
    coins = sorted((bases.CHECKOUT / "dockercoins").glob("*/Dockerfile"))
    found = {f"dcgen-lab/{file.parent.name}": file.parent for file in coins}
    if (bases.CHECKOUT / "lb" / "Dockerfile").exists():
        found[HAMBA] = bases.CHECKOUT / "lb"
    return found


def context(name: str) -> Path:
    """Return the folder that the image *name* is built in; for the balancer's see lb/README.md."""
    return bases.CHECKOUT if name == HAMBA else contexts()[name]


def archive() -> Path:
    """Return where the archive for the files as they are now is, or will be."""
    digest = hashlib.sha256(bases.key().encode())
    for name, folder in contexts().items():
        digest.update(name.encode())
        for file in _sources(folder):
            digest.update(str(file.relative_to(bases.CHECKOUT)).encode() + file.read_bytes())
    return cache() / "images" / f"all-{digest.hexdigest()[:16]}.tar"


def make(builder: Engine, work: Path) -> Path:
    """Build what is not cached on *builder*, and return the archive.

    Args:
        builder: An Engine whose builds reach the network; it may hold images already.
        work: An empty folder of root's, not on an overlay.
    """
    goal = archive()
    goal.parent.mkdir(parents=True, exist_ok=True)
    base_names = put_bases(builder, work)
    for name, folder in contexts().items():
        bases.build_image(builder, context(name), name, folder / "Dockerfile")
    save(builder, [*base_names, *contexts()], goal)
    forget_old("all-*.tar", goal)
    return goal


def put_bases(builder: Engine, work: Path) -> list[str]:
    """Put every base image on *builder*, from the cache or made now; return their names."""
    kept = cache() / "images" / f"bases-{bases.key()}.tar"
    if kept.exists():
        builder.load(kept)
        return list(bases.names())
    base_names = bases.build(builder, work)
    save(builder, base_names, kept)
    forget_old("bases-*.tar", kept)
    return base_names


def save(builder: Engine, images: list[str], goal: Path) -> None:
    """Save *images* of *builder* as the archive *goal*, which is there whole or not at all."""
    draft = goal.with_name(f"{goal.name}.{os.getpid()}.new")
    builder.docker("save --output", draft, *images, timeout_s=240)
    draft.replace(goal)


def forget_old(pattern: str, newest: Path) -> None:
    """Remove the archives of *pattern* beside *newest* but the last of them."""
    found = sorted(newest.parent.glob(pattern), key=lambda path: path.stat().st_mtime)
    for path in found[:-KEPT]:
        path.unlink()


def _sources(context: Path) -> list[Path]:
    files = [path for path in context.rglob("*") if path.is_file()]
    if context.name == "lb":
        files += ALSO_IN_HAMBA
    return sorted(path for path in files if "__pycache__" not in path.parts)
