"""How HAProxy's configuration reaches it, on this machine and on a remote Docker host."""

from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.sources import SOURCES
from tests.lab.commands import CommandError
from tests.lab.lab import Lab
from tests.lab.project import COMPOSE_2

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("host", "config"),
    [
        pytest.param("local", "inline", id="inline on this machine"),
        pytest.param("node1", "inline", id="inline on a remote host"),
        pytest.param("local", "file", id="file on this machine"),
    ],
)
def test_the_configuration_reaches_the_balancer(
    new_project: NewProject, host: str, config: str, tmp_path: Path
) -> None:
    source = tmp_path / "compose.yml"
    text = SOURCES[COMPOSE_2].read_text()
    source.write_text(text.replace("build: ", f"build: {coins.SOURCE}/"))
    dcgen("scale", "rng", "3", "--lb-config", config, "-f", source)

    project = new_project(host, tmp_path / "generated.yml")
    project.up()

    coins.wait_for_hashes(project, 20)


def test_a_configuration_in_a_file_is_refused_for_a_remote_host(
    lab: Lab, new_project: NewProject, tmp_path: Path
) -> None:
    file = tmp_path / "generated.yml"
    dcgen("scale", "rng", "3", "--lb-config", "file", "-f", SOURCES[COMPOSE_2], "-o", file)
    project = new_project("node1", file)
    project.name_images()
    environment = {**project.engine.env, "COMPOSE_PROJECT_NAME": project.name}

    with pytest.raises(CommandError) as refusal:
        dcgen("up", "-d", "--host", lab.engine("node1").url, "-f", file, env=environment)

    assert "haproxy.cfg" in refusal.value.output
    assert "fix: " in refusal.value.output
    assert project.containers() == []
