"""Kubernetes' programs, built from Debian's source and kept in the lab's cache.

bookworm has the last source package that is whole: version 1.20, with all that it imports. Its
etcd and its kubectl are of the same suite, so that nothing is newer than the server.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.lab import apt, packages
from tests.lab.commands import run

SUITE = "bookworm"
PACKAGES = ("golang-1.19-go", "golang-1.19-src", "etcd-server", "kubernetes-client")
STATIC = "busybox-static"
BUILT = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy")
COPIED = {"etcd": "usr/bin/etcd", "kubectl": "usr/bin/kubectl", "busybox": "bin/busybox"}
MODULE = "k8s.io/kubernetes"
# As seen from the programs: another path has no effect, and says nothing.
VERSION = f"{MODULE}/vendor/k8s.io/component-base/version"
MARK = b"+k8s:openapi-gen="
UNMARKED = ("code-generator", "sample-apiserver", "testdata", "kube-openapi")


def folder() -> Path:
    """Return where the programs are, or will be."""
    return packages.cache() / "kubernetes"


def there() -> bool:
    """Return whether all of them are."""
    return all((folder() / name).exists() for name in (*BUILT, *COPIED))


def build() -> None:
    """Build them unless they are there: six minutes on two cores, and 3 GB of disk meanwhile.

    Raises:
        CommandError: A package cannot be had, or the compiler refuses.
    """
    with packages.alone():
        if there():
            return
        with apt.unpacked(SUITE, (*PACKAGES, STATIC), packages.cache(), "kubernetes") as tree:
            goal, draft = folder(), tree / "draft"
            draft.mkdir()
            for name, path in COPIED.items():
                shutil.copy2(tree / path, draft / name)
            _compile(tree, draft)
            shutil.rmtree(goal, ignore_errors=True)
            draft.rename(goal)


def _compile(tree: Path, goal: Path) -> None:
    # Without modules the compiler wants the source where its name says.
    source = tree / "path" / "src" / MODULE
    source.parent.mkdir(parents=True)
    (tree / "source").rename(source)
    env = _environment(tree)
    go = tree / "usr/lib/go-1.19/bin/go"
    _describe_types(source, go, env)
    flags = f"-s -w -X {VERSION}.gitVersion=v{_version(source)}"
    flags += f" -X {VERSION}.gitMajor=1 -X {VERSION}.gitMinor=20"
    for name in BUILT:
        words = (go, "build", "-ldflags", flags, "-o", goal / name, f"./cmd/{name}")
        run(*words, cwd=source, env=env, timeout_s=3600)


def _environment(tree: Path) -> dict[str, str]:
    root = tree / "usr/lib/go-1.19"
    library = root / "src"
    library.unlink(missing_ok=True)  # a link, which may be an absolute one
    library.symlink_to(tree / "usr/share/go-1.19/src")
    return {
        **os.environ,
        "GOROOT": str(root),
        "GOPATH": str(tree / "path"),
        "GOCACHE": str(tree / "compiled"),
        "GO111MODULE": "off",
        "CGO_ENABLED": "0",  # the programs run whatever C library is there
    }


def _describe_types(source: Path, go: Path, env: dict[str, str]) -> None:
    """Write the one generated file that the API server needs and the source package lacks."""
    generator = source / "openapi-gen"
    place = "./vendor/k8s.io/kube-openapi/cmd/openapi-gen"
    run(go, "build", "-o", generator, place, cwd=source, env=env, timeout_s=3600)
    described = ",".join(f"{MODULE}/{name}" for name in sorted(set(_described(source))))
    run(
        generator,
        *("--input-dirs", described, "--output-package", f"{MODULE}/pkg/generated/openapi"),
        *("--output-file-base", "zz_generated.openapi", "--report-filename", os.devnull),
        *("--go-header-file", "hack/boilerplate/boilerplate.generatego.txt"),
        cwd=source,
        env=env,
        timeout_s=3600,
    )


def _described(source: Path) -> Iterator[str]:
    for top in ("pkg", "vendor/k8s.io", "staging/src/k8s.io"):
        for path, _, files in os.walk(source / top):
            package = str(Path(path).relative_to(source))
            if any(part in package for part in UNMARKED):
                continue
            sources = (Path(path, name) for name in files if name.endswith(".go"))
            if any(MARK in file.read_bytes() for file in sources):
                yield package.replace("staging/src/", "vendor/")


def _version(source: Path) -> str:
    archive = next(source.glob("kubernetes_*.orig.tar.*")).name
    *_, version = re.finditer(r"\d+\.\d+\.\d+", archive)
    return version[0]
