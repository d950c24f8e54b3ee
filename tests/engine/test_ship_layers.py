"""Which layers go to a host: a program stands in for its daemon, and keeps what it is sent.

It takes an archive as Docker does (moby, `image/tarexport/load.go`): of a layer that it has on top
of the same ones it does not look for the file.
"""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

from engine.docker.containers import Site
from engine.hosts import Host
from engine.ship import archive
from engine.ship.archive import SavedImage
from engine.ship.direct import Beginning, Sending, Sent

HOST = Host("tcp://192.0.2.7:2375", name="node7")
# *packed*: as an image store that has none of the layers as they are packed here.
DAEMON = r"""
import hashlib, json, os, sys, tarfile
state, packed = os.environ["STATE"], os.environ.get("PACKED")
images = json.load(open(state)) if os.path.exists(state) else {}
words = sys.argv[1:]
if words[:2] == ["image", "ls"]:
    print(*images, sep="\n")
elif words[:2] == ["image", "inspect"]:
    named = [images[name] for name in words[4:] if name in images]
    if not named:
        sys.exit("No such image")
    for one in named:
        known = "" if "Id" not in words[3] else one["id"] + " "
        print(known + json.dumps(one["layers"]))
elif words[0] == "rmi":
    images.pop(words[1], None)
elif words[0] == "load":
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as tar:
        files = {one.name: tar.extractfile(one).read() for one in tar}
    (item,) = json.loads(files["manifest.json"])
    config = files[item["Config"]]
    layers = json.loads(config)["rootfs"]["diff_ids"]
    chains = [one["layers"] for one in images.values()]
    for number, path in enumerate(item["Layers"], 1):
        if path in files:
            assert "sha256:" + hashlib.sha256(files[path]).hexdigest() == layers[number - 1]
        elif packed or not any(chain[:number] == layers[:number] for chain in chains):
            sys.exit("open " + path + ": no such file or directory")
    image = "sha256:" + hashlib.sha256(config).hexdigest()
    images[item["RepoTags"][0]] = {"id": image, "layers": layers}
json.dump(images, open(state, "w"))
"""


@pytest.fixture(autouse=True)
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "docker"
    program.write_text(f"#!{sys.executable}\n{DAEMON}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("STATE", str(tmp_path / "state"))


def image(folder: Path, tag: str, *layers: bytes) -> SavedImage:
    reference = f"localhost/shop/web:{tag}"
    digests = [hashlib.sha256(layer).hexdigest() for layer in layers]
    config = json.dumps({"rootfs": {"diff_ids": [f"sha256:{one}" for one in digests]}}).encode()
    item = {"Config": "c", "RepoTags": [reference], "Layers": [f"{one}/l" for one in digests]}
    files = {"c": config, "manifest.json": json.dumps([item]).encode()}
    files |= {f"{digest}/l": layer for digest, layer in zip(digests, layers, strict=True)}
    with tarfile.open(folder / tag, "w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return archive.read(folder / tag)[reference]


def sent(*images: SavedImage) -> list[Sent]:
    found: list[Sent] = []

    def tell(_host: Host, event: Beginning | Sent) -> None:
        if isinstance(event, Sent):
            found.append(event)

    Sending(images, tell).to(Site((), HOST))
    return found


BASE, OLD, NEW = b"b" * 3_000_000, b"o" * 200_000, b"n" * 100_000


def test_a_host_gets_what_changed_and_less_than_64_kb_besides(tmp_path: Path) -> None:
    first, second = sent(image(tmp_path, "1", BASE, OLD), image(tmp_path, "2", BASE, NEW))

    assert (first.there, second.there) == (0, 1)
    assert len(BASE) + len(OLD) < first.count < len(BASE) + len(OLD) + 64 * 1024
    assert len(NEW) < second.count < len(NEW) + 64 * 1024


def test_an_image_that_is_there_is_not_sent_again(tmp_path: Path) -> None:
    sent(image(tmp_path, "1", BASE, OLD))

    (again,) = sent(image(tmp_path, "1", BASE, OLD))

    assert (again.count, again.there) == (0, 2)


def test_a_layer_is_sent_that_the_host_has_on_top_of_others_only(tmp_path: Path) -> None:
    sent(image(tmp_path, "1", BASE, OLD))

    (other,) = sent(image(tmp_path, "2", OLD))

    assert other.count > len(OLD)


def test_all_is_sent_where_the_host_has_a_layer_in_another_packing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(image(tmp_path, "1", BASE, OLD))
    monkeypatch.setenv("PACKED", "yes")

    (second,) = sent(image(tmp_path, "2", BASE, NEW))

    assert second.there == 0
    assert len(BASE) + 2 * len(NEW) < second.count < len(BASE) + 2 * len(NEW) + 128 * 1024


def test_an_image_of_the_same_name_and_another_content_takes_its_place(tmp_path: Path) -> None:
    sent(image(tmp_path, "1", BASE, OLD))

    (second,) = sent(image(tmp_path, "1", BASE, NEW))

    assert second.count < len(NEW) + 64 * 1024
    assert sent(image(tmp_path, "1", BASE, NEW))[0].count == 0
