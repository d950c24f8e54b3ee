"""A host that takes no image; a `docker` on PATH stands in for a full disk or a cut cable."""

import json
import sys
from pathlib import Path

import pytest

from engine.docker.containers import Site
from engine.hosts import Host
from engine.ship import load
from engine.ship.archive import SavedImage
from engine.ship.direct import Sending
from faults import HostError

HOST = Host("tcp://192.0.2.7:2375", name="node7")
FULL = "Error processing tar file(exit status 1): write /layer.tar: no space left on device"
# It knows of no image. What `load` does, the environment says.
DOCKER = r"""
import os, sys, time
words, does = sys.argv[1:], os.environ["LOAD"]
if words[0] == "load":
    if does == "hang":
        time.sleep(60)
    if does == "full":
        sys.stdin.buffer.read()
        sys.exit(os.environ["FULL"])
    if does == "lacking":
        sys.stdin.buffer.read()
        print("Loaded image: web\nError unpacking image web: content digest: not found")
    if does == "end":
        sys.exit("unexpected EOF")
elif words[:2] == ["image", "inspect"]:
    sys.exit("No such image")
elif words[0] == "version" and does == "hang":
    sys.exit("Cannot connect to the Docker daemon")
"""


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SavedImage:
    program = tmp_path / "docker"
    program.write_text(f"#!{sys.executable}\n{DOCKER}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("FULL", FULL)
    config = json.dumps({"rootfs": {"diff_ids": []}}).encode() + b" " * 10**6
    return SavedImage(tmp_path / "none.tar", "localhost/shop/web:1", config, ())


@pytest.fixture(autouse=True)
def soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "none.tar").write_bytes(b"")
    monkeypatch.setattr(load, "SILENT_S", 0.2)


@pytest.mark.parametrize(
    ("does", "what", "fix"),
    [
        pytest.param("full", "the disk of 'node7' is full", "free space there", id="full"),
        pytest.param("hang", "given up after", "run the same command again", id="lost"),
        pytest.param("end", "unexpected EOF", "run the same command again", id="cut"),
        pytest.param("lacking", "content digest: not found", "run the same", id="containerd"),
        pytest.param("", "its id there is another one", "run the same command again", id="other"),
    ],
)
def test_a_host_that_does_not_take_an_image_is_named_with_what_to_do(
    does: str, what: str, fix: str, image: SavedImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOAD", does)

    with pytest.raises(HostError) as refusal:
        Sending([image], lambda _host, _sent: None).to(Site((), HOST))

    assert what in refusal.value.what
    assert fix in refusal.value.fix


def test_what_is_stopped_sends_nothing_more(
    image: SavedImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOAD", "full")
    sending = Sending([image], lambda _host, _sent: None)
    sending.stop()

    with pytest.raises(HostError, match="interrupted before it began"):
        sending.to(Site((), HOST))
