"""Make the base images from Debian packages, under the names that our own files use.

`Dockerfile`s and generated files name ``python:…-slim``, ``haproxy:…`` and ``redis``. No registry
is in reach of the lab, so `images/` has a recipe for each, on top of a tree that debootstrap makes.
"""

import functools
import hashlib
import os
import re
import shutil
import sys
from pathlib import Path

from tests.lab.apt import KEYRING, mirror
from tests.lab.commands import CommandError, run
from tests.lab.engine import Engine
from tests.lab.packages import SUITE

HERE = Path(__file__).parent / "images"
CHECKOUT = Path(__file__).parents[2]
CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
TREE_PACKAGES = ("ca-certificates",)
# What a slim image has no use for: it halves the time to load it into a host.
BALLAST = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info")
# Settings of pip that a build needs to reach the same index; folders of this machine are not.
PIP_SETTINGS = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "retries")


def names() -> dict[str, str]:
    """Return the name of each base image that our files use, and its recipe's folder.

    They are read from the files themselves, so that a new tag needs no change here.
    """
    found = {"redis": "redis"}
    files = [*CHECKOUT.glob("dockercoins/*/Dockerfile"), CHECKOUT / "lb" / "Dockerfile"]
    files += [CHECKOUT / "dockercoins" / "compose.yml", CHECKOUT / "lb" / "image.py"]
    for file in filter(Path.exists, files):
        for name in re.findall(r"\b(?:python|haproxy|redis):\d[\w.-]*", file.read_text()):
            found[name] = name.partition(":")[0]
    return dict(sorted(found.items()))


def python() -> str:
    """Return the name of the image that DockerCoins' own images are made from."""
    return next(name for name, recipe in names().items() if recipe == "python")


def key() -> str:
    """Return a name for everything that shapes the base images: equal keys, equal images."""
    parts = [SUITE, mirror(), *TREE_PACKAGES, *BALLAST, _pip_conf(), repr(names())]
    digest = hashlib.sha256("\n".join(parts).encode())
    for file in [CA_BUNDLE, *sorted(path for path in HERE.rglob("*") if path.is_file())]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def build(engine: Engine, work: Path) -> list[str]:
    """Build every base image on *engine*; return their names.

    Args:
        engine: One whose builds reach the network.
        work: An empty folder for the tree, on a file system that root owns.
    """
    _import_tree(engine, work)
    for recipe in sorted(set(names().values())):
        context = work / recipe
        shutil.copytree(HERE / recipe, context)
        (context / "pip.conf").write_text(_pip_conf())
        build_image(engine, context, f"dcgen-lab/{recipe}")
    for name, recipe in names().items():
        engine.docker("tag", f"dcgen-lab/{recipe}", name)
    return list(names())


def build_image(engine: Engine, context: Path, tag: str, file: Path | None = None) -> None:
    """Build *file* or the ``Dockerfile`` in *context* on *engine*, with this machine's network."""
    proxies = [f"--build-arg={name}={value}" for name, value in _proxies().items()]
    file = file or context / "Dockerfile"
    words = ("build", "--quiet", "--network=host", *proxies, "--tag", tag, "--file", str(file))
    engine.run("docker", *words, context, timeout_s=600)


def _import_tree(engine: Engine, work: Path) -> None:
    tree, archive = work / "tree", work / "tree.tar"
    include = f"--include={','.join(TREE_PACKAGES)}"
    options = ("--variant=minbase", f"--keyring={KEYRING}", include)
    run("debootstrap", *options, SUITE, tree, mirror(), timeout_s=600)
    for folder in (*BALLAST, "var/lib/apt/lists", "var/cache/apt"):
        shutil.rmtree(tree / folder, ignore_errors=True)
    rules = [f"path-exclude /{folder}/*" for folder in BALLAST]
    (tree / "etc/dpkg/dpkg.cfg.d/slim").write_text("\n".join(rules) + "\n")
    if CA_BUNDLE.exists():
        shutil.copy2(CA_BUNDLE, tree / CA_BUNDLE.relative_to("/"))
    run("tar", "--create", "--directory", tree, "--file", archive, ".", timeout_s=120)
    engine.docker("import", archive, "dcgen-lab/debian", timeout_s=120)


@functools.cache
def _pip_conf() -> str:
    lines = ["[global]", f"cert = {CA_BUNDLE}", "disable-pip-version-check = true"]
    lines.append("root-user-action = ignore")
    try:
        settings = run(sys.executable, "-m", "pip", "config", "list").splitlines()
    except CommandError:
        settings = []
    for line in settings:
        name, _, value = line.partition("=")
        words = [word for word in value.strip("'\"").split() if not word.startswith(("file:", "/"))]
        setting = name.rpartition(".")[2]
        if setting in PIP_SETTINGS and words:
            lines.append(f"{setting} = {' '.join(words)}")
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _proxies() -> dict[str, str]:
    names = ("http_proxy", "https_proxy", "no_proxy")
    return {name: os.environ[name] for name in names if os.environ.get(name)}
