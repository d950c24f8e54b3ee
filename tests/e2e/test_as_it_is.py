"""DockerCoins as it is: the sample application runs in real Docker before anything is scaled."""

import hashlib

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject
from tests.e2e.sources import SOURCES, both_composes
from tests.lab.project import fetch

pytestmark = pytest.mark.e2e


@both_composes
def test_dockercoins_mines_counts_and_answers_on_its_ports(
    new_project: NewProject, program: str
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
