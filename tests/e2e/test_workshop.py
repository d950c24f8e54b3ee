"""The workshop's own procedure, command for command, with dcgen in the place of copied YAML."""

import hashlib
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.remote_redis import RemoteRedis
from tests.e2e.report import Notebook
from tests.e2e.sources import SOURCES
from tests.lab.lab import Lab
from tests.lab.project import COMPOSE_1, Project
from tests.lab.shell import shell

pytestmark = pytest.mark.e2e

NODES = ("node1", "node2", "node3")
OCTETS = "'Content-type: application/octet-stream'"
UP_ON_TWO = """
for NODE in node1 node2; do
  export DOCKER_HOST=tcp://$NODE:55555
  docker-compose -f generated.yml up -d
done
"""
SCALE_TO_20 = """
for NODE in node1 node2; do
  export DOCKER_HOST=tcp://$NODE:55555
  docker-compose -f generated.yml scale worker=20
done
"""
UP_ON_THE_OTHERS = """
for N in 2 3; do
  DOCKER_HOST=tcp://node$N:55555 docker-compose -f generated.yml up -d &
done
wait
"""
SCALE_EVERYWHERE = """
for N in 1 2 3; do
  DOCKER_HOST=tcp://node$N:55555 docker-compose -f generated.yml scale worker=10
done
"""
REMOVE_EVERYTHING = """
for N in $(seq 1 3); do
  export DOCKER_HOST=tcp://node$N:55555
  docker ps -qa | xargs --no-run-if-empty docker rm -fv
done
"""


@dataclass(frozen=True, slots=True)
class Participant:
    """A person at the workshop, who types on node1 in *folder*, where DockerCoins is."""

    lab: Lab
    folder: Path
    notebook: Notebook

    def types(self, commands: str) -> str:
        """Return what *commands* print."""
        with_dcgen = f"PATH={Path(sys.executable).parent}:$PATH\n"
        return shell(self.lab, with_dcgen + commands, self.folder)

    def project(self, node: str, file: str) -> Project:
        """Return the project of *file* on *node*."""
        return Project(self.lab.engine(node), self.folder / file, "dockercoins", COMPOSE_1)

    def has_images(self, nodes: Sequence[str], file: str) -> None:
        """Put the images on *nodes*: they have no registry, and no network to build with."""
        for node in nodes:
            self.project(node, file).name_images()

    def waits_for_workers(self, nodes: Sequence[str], workers: int) -> None:
        """Return once *workers* workers of each of *nodes* count."""
        for node in nodes:
            coins.wait_until_all_work(self.project(node, "generated.yml"), workers)


@pytest.fixture
def participant(lab: Lab, tmp_path: Path, notebook: Notebook) -> Iterator[Participant]:
    """Give a participant with DockerCoins in the v1 format, as the workshop has it."""
    folder = tmp_path / "dockercoins"
    shutil.copytree(coins.SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__", "v1"))
    original = SOURCES[COMPOSE_1].read_text()
    (folder / "compose.yml").unlink()
    (folder / "docker-compose.yml").write_text(original.replace("../", ""))
    with ExitStack() as cleanup:
        somebody = Participant(lab, folder, notebook)
        cleanup.callback(somebody.types, REMOVE_EVERYTHING)
        yield somebody


def test_the_workshop_works_command_for_command(participant: Participant) -> None:
    one_rng = _running_the_application(participant)
    three_rng = _scaling_rng(participant)
    # Judged in test_scaled.py; here there may be workers that still wait after the change.
    participant.notebook.note("gain of three rng", f"{three_rng / one_rng:.2f}")
    _connecting_to_containers_on_other_hosts(participant)
    _abstracting_remote_services_with_ambassadors(participant)

    left = [participant.lab.engine(node).docker("ps --all --quiet") for node in NODES]
    assert left == ["", "", ""]


def _running_the_application(person: Participant) -> float:
    project = person.project("node1", "docker-compose.yml")
    person.has_images(["node1"], "docker-compose.yml")
    person.types("docker-compose up -d")
    person.types("docker-compose ps")
    coins.wait_for_hashes(project, 10)

    person.types("docker-compose stop worker")
    assert person.types("curl -s node1:8001").startswith("RNG running on ")
    assert person.types("curl -s node1:8001/10 | wc -c").strip() == "10"
    assert person.types("curl -s node1:8002").startswith("HASHER running on ")
    answer = person.types(f"curl -s -H {OCTETS} --data-binary hello node1:8002")
    assert answer == hashlib.sha256(b"hello").hexdigest()

    person.types("docker-compose start worker")
    person.types("docker-compose scale worker=10")
    coins.wait_until_all_work(project, 10)
    speed = coins.speed(project, units=100).per_second
    person.notebook.note_speed("10 workers, one rng", speed)
    return speed


def _scaling_rng(person: Participant) -> float:
    person.types("docker-compose stop rng")
    person.types("dcgen scale rng 3")
    person.has_images(["node1"], "generated.yml")
    begin = time.monotonic()
    person.types("docker-compose -f generated.yml up -d")
    person.notebook.note_seconds("`up -d` on the scaled file", time.monotonic() - begin)
    person.types("docker-compose -f generated.yml scale worker=10")
    person.waits_for_workers(["node1"], 10)
    speed = coins.speed(person.project("node1", "generated.yml"), units=300).per_second
    person.notebook.note_speed("10 workers, three rng", speed)
    person.types("docker-compose -f generated.yml down")
    return speed


def _connecting_to_containers_on_other_hosts(person: Participant) -> None:
    address = person.lab.engine("node1").address
    shared = RemoteRedis(person.lab.engine("node1"), "", 6379)
    person.types("docker run -d -p 6379:6379 redis")
    person.types(f"dcgen extra-hosts redis={address}")
    person.has_images(NODES[:2], "generated.yml")
    person.types(UP_ON_TWO)
    coins.measure(shared.hashes, 10)

    person.types(SCALE_TO_20)
    person.waits_for_workers(NODES[:2], 20)
    speed = coins.measure(shared.hashes, 200).per_second
    person.notebook.note_speed("20 workers and one rng on each of two nodes", speed)
    person.types(REMOVE_EVERYTHING)


def _abstracting_remote_services_with_ambassadors(person: Participant) -> None:
    address = person.lab.engine("node1").address
    person.types("docker run -d -P --name myredis redis")
    port = int(person.types("docker port myredis 6379").split()[0].rpartition(":")[2])
    shared = RemoteRedis(person.lab.engine("node1"), "myredis", port)
    person.types(f"dcgen ambassador redis={address}:{port}")
    person.has_images(NODES, "generated.yml")
    person.types("docker-compose -f generated.yml up -d")
    coins.measure(shared.hashes, 10)

    person.types(UP_ON_THE_OTHERS)
    person.types(SCALE_EVERYWHERE)
    person.waits_for_workers(NODES, 10)
    speed = coins.measure(shared.hashes, 300).per_second
    person.notebook.note_speed("10 workers and one rng on each of three nodes", speed)
    person.types(REMOVE_EVERYTHING)
