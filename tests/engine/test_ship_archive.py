"""Archives of images: read in each form that Docker writes, and written without some layers."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from engine.ship.archive import read
from faults import HostError

REFERENCE = "localhost/shop/web:1"
LAYERS = (b"the lowest layer", b"", b"the highest layer")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


CONFIG = json.dumps(
    {"rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(one)}" for one in LAYERS]}}
).encode()


def archive(file: Path, files: Mapping[str, bytes], links: Mapping[str, str]) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for name, goal in links.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, goal
            tar.addfile(info)
    return file


def manifest(config: str, layers: list[str]) -> bytes:
    return json.dumps([{"Config": config, "RepoTags": [REFERENCE], "Layers": layers}]).encode()


def of_docker_20(folder: Path) -> Path:
    """Return an archive as Docker before 25 writes it."""
    files = {"c.json": CONFIG, "a/layer.tar": LAYERS[0], "b/layer.tar": LAYERS[1]}
    files |= {"x/layer.tar": LAYERS[2]}
    files["manifest.json"] = manifest("c.json", ["a/layer.tar", "b/layer.tar", "d/layer.tar"])
    return archive(folder / "old.tar", files, {"d/layer.tar": "../x/layer.tar"})


def of_containerd(folder: Path) -> Path:
    """Return an archive as Docker with the containerd image store writes it: packed layers."""
    blobs = [CONFIG, *map(gzip.compress, LAYERS)]
    names = [f"blobs/sha256/{digest(blob)}" for blob in blobs]
    files = dict(zip(names, blobs, strict=True))
    files["manifest.json"] = manifest(names[0], names[1:])
    return archive(folder / "new.tar", files, {})


@pytest.mark.parametrize("made", [of_docker_20, of_containerd])
@pytest.mark.parametrize("lacking", [0, 1, 3])
def test_what_is_written_has_the_id_and_the_layers_that_are_wanted(
    made: Callable[[Path], Path], lacking: int, tmp_path: Path
) -> None:
    image = read(made(tmp_path))[REFERENCE]
    out = io.BytesIO()

    image.write(out, {layer.digest for layer in image.layers[lacking:]})

    out.seek(0)
    with tarfile.open(fileobj=out) as tar:
        names = {name.rpartition("/")[2] for name in tar.getnames()}
        index = json.load(tar.extractfile("index.json"))  # type: ignore[arg-type]  # it is a file
        docker = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        for name in (name for name in tar.getnames() if name.startswith("blobs/")):
            blob = tar.extractfile(name)
            assert blob is not None
            assert digest(blob.read()) == name.rpartition("/")[2]
    there = [layer.digest.partition(":")[2] in names for layer in image.layers]
    assert there == [number < lacking for number in range(3)]
    assert image.diff_ids == tuple(f"sha256:{digest(one)}" for one in LAYERS)
    assert set(image.ids) == {f"sha256:{digest(CONFIG)}", index["manifests"][0]["digest"]}
    assert docker[0]["RepoTags"] == [REFERENCE]


def test_what_is_no_archive_of_images_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="cannot be read") as refusal:
        read(archive(tmp_path / "other.tar", {"readme": b""}, {}))

    assert "--registry" in refusal.value.fix
