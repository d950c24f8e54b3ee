"""Volumes that no file gives a name: what is in them outlives the container, as with Compose."""

import json
import os
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.door import DCGEN
from tests.e2e.live import TINY, Running, made
from tests.e2e.sources import repetition
from tests.lab.commands import CommandError, run

pytestmark = pytest.mark.e2e
UPLOADS = TINY.replace("    expose:\n", "    volumes: [/uploads]\n    expose:\n")


def _volumes(running: Running) -> dict[str, str]:
    """Return the volume at /uploads of each container that runs, with a file in it."""
    found = {}
    for name, one in running.project.ids().items():
        mounts = json.loads(running.project.engine.docker("inspect -f", "{{json .Mounts}}", one))
        for mount in mounts:
            if mount["Destination"] == "/uploads":
                running.project.engine.docker(f"exec -u 0 {one} touch /uploads/mine")
                found[name] = mount["Name"]
    return found


def _kept(running: Running, volumes: set[str]) -> bool:
    engine = running.project.engine
    there = set(engine.docker("volume ls -q").split())
    files = [engine.docker(f"run --rm -v {one}:/old redis ls /old") for one in volumes & there]
    return volumes <= there and all("mine" in said for said in files)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("--dynamic", id="dynamic"),
        pytest.param("--static", id="static", marks=repetition),
    ],
)
def test_no_change_of_replicas_deletes_a_volume(
    new_project: NewProject, kind: str, tmp_path: Path
) -> None:
    file = made(tmp_path / "generated.yml", UPLOADS, "scale", "web", "3", kind)
    running = Running(new_project("local", file))
    running.up()
    before = _volumes(running)

    running.scale("web", 2)
    running.up()
    fewer = _volumes(running)
    with pytest.raises(CommandError, match=r"data in volumes without a name \(/uploads\)"):
        running.dcgen("rollout", "web", "-q")
    refused = _volumes(running)
    running.dcgen("rollout", "web", "-q", "--renew-anon-volumes")

    assert (len(before), len(fewer)) == (3, 2)
    assert refused == fewer
    assert not set(_volumes(running).values()) & set(before.values())
    assert _kept(running, set(before.values()))


def test_volumes_that_only_docker_knows_of_are_named_when_replicas_have_started(
    new_project: NewProject, tmp_path: Path
) -> None:
    source = "services:\n  store:\n    image: dcgen.example/store\n    expose: ['6379']\n"
    running = Running(
        new_project("local", made(tmp_path / "generated.yml", source, "scale", "store", "2"))
    )
    engine = running.project.engine
    engine.docker("tag redis dcgen.example/store")  # it has `VOLUME /data`

    up = ("sh", "-c", 'exec "$0" up -d -f "$1" 2>&1', DCGEN, running.project.file)
    said = run(*up, env={**os.environ, **running.env}, timeout_s=150)

    engine.docker("rmi -f dcgen.example/store")
    assert "store: each replica has a volume of its own for /data" in said


@pytest.mark.parametrize("consent", [True, False])
def test_nothing_takes_the_place_of_a_container_whose_data_it_would_not_have(
    new_project: NewProject,
    consent: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
) -> None:
    source = tmp_path / "compose.yml"
    source.write_text(UPLOADS)
    plain = new_project("local", source)
    plain.up()
    volumes, old = _volumes(Running(plain)), plain.ids()
    file = made(tmp_path / "generated.yml", UPLOADS, "scale", "web", "2")
    running = Running(new_project("local", file))

    with pytest.raises(CommandError, match=r"data in volumes without a name \(/uploads\)"):
        running.up()

    assert plain.ids() == old
    if consent:
        running.up("--renew-anon-volumes")
        assert _kept(running, set(volumes.values()))
        return
    named = UPLOADS.replace("[/uploads]", "['mine:/uploads']") + "volumes: {mine: {}}\n"
    made(tmp_path / "generated.yml", named, "scale", "web", "2")
    running.up()
    assert {one.service for one in running.project.containers()} == {"web", "web1", "web2"}
    assert _kept(running, set(volumes.values()))
