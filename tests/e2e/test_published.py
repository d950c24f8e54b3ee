"""A variant that `docker compose publish` put into a registry runs from there, by `-f oci://…`."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.door import dcgen
from tests.e2e.live import TINY
from tests.e2e.load import load
from tests.lab.lab import TODAY
from tests.lab.tls_registry import registry

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("words", "files"),
    [
        pytest.param([], ["made.yml"], id="variant"),
        pytest.param(["--overlay"], ["compose.yml", "made.yml"], id="overlay"),
    ],
)
def test_a_published_variant_runs_from_the_registry(
    new_project: NewProject, words: list[str], files: list[str], tmp_path: Path
) -> None:
    (tmp_path / "compose.yml").write_text(TINY)
    dcgen("scale", "web", "2", *words, "-f", tmp_path / "compose.yml", "-o", tmp_path / "made.yml")
    project = new_project(TODAY, tmp_path / "compose.yml")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with registry(tmp_path / "registry") as there:
        engine = replace(project.engine, extra=there.env)
        name = f"{there.address}/team/web:1"
        given = [word for file in files for word in ("-f", file)]
        engine.run("docker", "compose", *given, "publish", "-y", name, cwd=tmp_path)

        up = ("-p", project.name, "-f", f"oci://{name}", "up", "-d")
        engine.run("docker", "compose", *up, cwd=elsewhere, timeout_s=120)

        with load(f"http://{engine.address}:8001/") as asked:
            asked.await_answers_of(2)
    assert project.replicas() == {"web": 1, "web1": 1, "web2": 1}
