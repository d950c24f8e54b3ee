"""How HAProxy's configuration reaches it, on this machine and on a remote Docker host."""

from pathlib import Path

import pytest

from tests.e2e import coins
from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.live import TINY, Running, made
from tests.e2e.sources import SOURCES
from tests.lab.commands import CommandError
from tests.lab.lab import Lab
from tests.lab.project import COMPOSE_2, fetch
from tests.lab.waiting import until

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


@pytest.mark.parametrize("replicas", ["static", "dynamic"])
def test_templates_of_a_person_are_in_force_after_it_is_scaled_again(
    new_project: NewProject, replicas: str, tmp_path: Path
) -> None:
    answer = "http-request return status 200 content-type text/plain string mine if { path /mine }"
    folder = tmp_path / "haproxy"
    folder.mkdir()
    (folder / "proxy.j2").write_text(f'{{% include "dcgen/proxy.j2" %}}\n    {answer}\n')
    words = ("scale", "web", "1", f"--{replicas}", "--mode", "http", "--template", str(folder))
    running = Running(new_project("local", made(tmp_path / "generated.yml", TINY, *words)))

    running.scale("web", 2)
    running.up()

    until(lambda: len(running.serving()) == 2, "both replicas serve")
    assert fetch(f"{running.url()}mine") == b"mine"
    assert fetch(running.url()) != b"mine"


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
