"""DockerCoins as it is: the sample application runs in real Docker before anything is scaled."""

import hashlib

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject
from tests.e2e.report import Notebook
from tests.e2e.sources import SOURCES, compose
from tests.lab.project import COMPOSE_2, Container, Project, fetch

pytestmark = pytest.mark.e2e


@compose(COMPOSE_2)
def test_dockercoins_mines_counts_and_answers_on_its_ports(
    new_project: NewProject, program: str, notebook: Notebook
) -> None:
    project = new_project("local", SOURCES[program], program)

    project.up()
    coins.wait_for_hashes(project, 20)
    mined = coins.counts(project)["coins"]
    place = f"http://{project.engine.address}"

    assert 0 <= mined < coins.counts(project)["hashes"]
    assert fetch(f"{place}:8001/").startswith(b"RNG running on ")
    assert len(fetch(f"{place}:8001/10")) == 10
    assert fetch(f"{place}:8002/").startswith(b"HASHER running on ")
    assert fetch(f"{place}:8002/", b"hello").decode() == hashlib.sha256(b"hello").hexdigest()
    # The workers first, while there is a Redis that takes what they have to tell.
    for container in sorted(project.containers(), key=lambda one: one.service != "worker"):
        _runs_as_a_user_and_ends_by_itself(project, container, notebook)


def _runs_as_a_user_and_ends_by_itself(
    project: Project, container: Container, notebook: Notebook
) -> None:
    docker = project.engine.docker
    lines = docker("top", container.id, "-eo", "uid,pid").splitlines()[1:]
    users = [line.split()[0] for line in lines]
    words = f"docker stop of {container.service}"
    notebook.timed(words, lambda: docker("stop", container.id))
    code = docker("inspect --format {{.State.ExitCode}}", container.id).strip()

    assert users
    assert "0" not in users, f"{container.service} runs as root"
    assert code == "0", f"{container.service} ended with {code}"  # 137: it was killed after 10 s
