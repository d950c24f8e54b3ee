"""Images as ``docker save`` writes them, and the archive of one without layers that a host has.

What is written is an OCI image layout, which an Engine with the containerd image store takes, with
the ``manifest.json`` of Docker's own format, which every other Engine takes. Of a layer that is
there already neither looks for the file.

Sources: OCI Image Format Specification, "image-layout", "manifest"; Docker Image Specification
v1.2, "Combined Image JSON + Filesystem Changeset Format".
"""

import hashlib
import io
import json
import posixpath
import tarfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, cast

from faults import HostError

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_SUFFIXES = {b"\x1f\x8b": "+gzip", b"\x28\xb5": "+zstd"}  # the first bytes of a packed layer
_BLOCK_BYTES = 1024 * 1024


class SupportsWrite(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take *data*."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer in a file: *size* bytes at *offset*; *diff_id* is the digest of it unpacked."""

    diff_id: str
    digest: str
    kind: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class SavedImage:
    """An image in the archive *file*: its name, its configuration, its layers, the lowest first."""

    file: Path
    reference: str
    config: bytes
    layers: tuple[Layer, ...]

    @property
    def diff_ids(self) -> tuple[str, ...]:
        """What Docker calls its layers, on every host."""
        return tuple(layer.diff_id for layer in self.layers)

    @property
    def ids(self) -> Collection[str]:
        """What Docker may call it: by its configuration, or its manifest (containerd)."""
        return (_digest(self.config), _digest(self.manifest))

    @property
    def manifest(self) -> bytes:
        """Its manifest."""
        layers = [_descriptor(one.kind, one.digest, one.size) for one in self.layers]
        config = _descriptor(_CONFIG, _digest(self.config), len(self.config))
        return _json(
            {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": layers}
        )

    def size_without(self, without: Collection[str]) -> int:
        """Return the bytes of its layers, but for those whose digest is in *without*."""
        distinct = {one.digest: one.size for one in self.layers if one.digest not in without}
        return sum(distinct.values())

    def write(self, out: SupportsWrite, without: Collection[str] = ()) -> None:
        """Write it as an archive to *out*, but for the layers whose digest is in *without*."""
        manifest = self.manifest
        stream = cast("IO[bytes]", out)  # of which tarfile uses no more than `write`
        with tarfile.open(fileobj=stream, mode="w|", bufsize=_BLOCK_BYTES) as tar:
            with self.file.open("rb") as file:
                for layer in {one.digest: one for one in self.layers}.values():
                    if layer.digest not in without:
                        file.seek(layer.offset)
                        _add(tar, _blob(layer.digest), file, layer.size)
            for data in (self.config, manifest):
                _add(tar, _blob(_digest(data)), io.BytesIO(data), len(data))
            for name, data in self._indexes(manifest).items():
                _add(tar, name, io.BytesIO(data), len(data))

    def _indexes(self, manifest: bytes) -> Mapping[str, bytes]:
        docker = {
            "Config": _blob(_digest(self.config)),
            "RepoTags": [self.reference],
            "Layers": [_blob(layer.digest) for layer in self.layers],
        }
        named = _descriptor(_MANIFEST, _digest(manifest), len(manifest)) | {
            "annotations": {
                "io.containerd.image.name": self.reference,
                "org.opencontainers.image.ref.name": self.reference.rpartition(":")[2],
            }
        }
        index = {"schemaVersion": 2, "manifests": [named]}
        return {
            "oci-layout": _json({"imageLayoutVersion": "1.0.0"}),
            "index.json": _json(index),
            "manifest.json": _json([docker]),
        }


def read(file: Path) -> Mapping[str, SavedImage]:
    """Return the images of the archive *file*, which ``docker save`` wrote, by their names.

    Raises:
        HostError: It is none.
    """
    try:
        with tarfile.open(file) as tar:
            found = list(_images(tar, file))
    except (tarfile.TarError, KeyError, ValueError, OSError) as error:
        raise HostError(
            f"'docker save' wrote what cannot be read: {error}",
            fix="update Docker on this machine, or use `--registry`",
        ) from error
    return {image.reference: image for image in found}


def _images(tar: tarfile.TarFile, file: Path) -> Iterator[SavedImage]:
    for entry in json.loads(_content(tar, "manifest.json")):
        config = _content(tar, entry["Config"])
        diff_ids = json.loads(config)["rootfs"]["diff_ids"]
        layers = tuple(
            _layer(tar, path, diff_id)
            for path, diff_id in zip(entry["Layers"], diff_ids, strict=True)
        )
        for reference in entry["RepoTags"] or ():
            yield SavedImage(file, reference, config, layers)


def _layer(tar: tarfile.TarFile, path: str, diff_id: str) -> Layer:
    member = _member(tar, path)
    opened = tar.extractfile(member)
    suffix = _SUFFIXES.get(opened.read(2) if opened else b"", "")
    folder, _, name = path.rpartition("/")
    digest = f"sha256:{name}" if folder == "blobs/sha256" else diff_id
    return Layer(diff_id, digest, _LAYER + suffix, member.offset_data, member.size)


def _member(tar: tarfile.TarFile, path: str) -> tarfile.TarInfo:
    # Docker before 25 writes a layer that occurs again as a link to the first.
    member = tar.getmember(path)
    while member.issym():
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), member.linkname))
        member = tar.getmember(path)
    return member


def _content(tar: tarfile.TarFile, path: str) -> bytes:
    opened = tar.extractfile(_member(tar, path))
    if opened is None:
        raise KeyError(path)
    return opened.read()


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size = size
    tar.addfile(info, file)


def _descriptor(kind: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest, "size": size}


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
