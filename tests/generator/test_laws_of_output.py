"""Laws of what a command writes: reproducible, read by Compose, and current when just written."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings

from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from dcgen.cli import main
from faults import UserError
from generator.result import Settings
from generator.transforms.scale import scale
from tests.fuzz.composing import compose_files
from tests.fuzz.pen import File

FORMATS_OF_COMPOSE_2 = ("current", '"3.8"')
SAMPLE = 25

PROGRAM = """
import json, sys
from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from generator.transforms.scale import scale
from generator.transforms.extra_hosts import extra_hosts
from generator.result import Settings
from faults import UserError

def tried(transform, *words):
    try:
        return transform(*words).text
    except UserError as error:
        return str(error)

for text in json.load(sys.stdin):
    document = load(text, "compose.yml")
    for name in document.names:
        print(tried(scale, Model(document, Project()), name, 3, Settings()))
        print(tried(extra_hosts, Model(document, Project()), name, "192.0.2.7"))
"""


def drawn(count: int, formats: tuple[str, ...]) -> list[File]:
    """Return *count* files, always the same ones."""
    found: list[File] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(compose_files(formats))
    def collect(file: File) -> None:
        found.append(file)

    collect()
    return found


def output_under_seed(seed: str, texts: list[str]) -> str:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
    )
    return run.stdout


def test_output_is_the_same_under_every_seed_of_hashes() -> None:
    texts = [file.text for file in drawn(40, ("current", "v1"))]

    assert output_under_seed("1", texts) == output_under_seed("2", texts)


@pytest.mark.parametrize("command", [["scale", "rng", "3"], ["extra-hosts", "rng=192.0.2.7"]])
def test_check_is_content_with_what_was_just_written(command: list[str], tmp_path: Path) -> None:
    for index, file in enumerate(drawn(40, ("current", '"3.8"', "v1"))):
        source = tmp_path / f"{index}.yml"
        source.write_bytes(file.text.encode())
        arguments = [*command, "-f", str(source), "-o", str(tmp_path / f"{index}.out.yml")]
        if "rng" not in file.names or CliRunner().invoke(main, arguments).exit_code:
            continue

        assert CliRunner().invoke(main, [*arguments, "--check", "-q"]).output == ""


def has_compose() -> bool:
    if not shutil.which("docker"):
        return False
    run = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    return run.returncode == 0


@pytest.mark.skipif(
    not has_compose() and "CI" not in os.environ,  # in CI it must be there
    reason="no docker compose: `python -m tests.lab install` brings it",
)
def test_compose_reads_what_it_read_before(tmp_path: Path) -> None:
    refused = {}
    for index, file in enumerate(drawn(SAMPLE, FORMATS_OF_COMPOSE_2)):
        if verdict(file.text, tmp_path):
            continue  # Compose's rules are more than a drawn file keeps
        for name in file.names:
            try:
                variant = scale(Model(load(file.text, "x"), Project()), name, 2, Settings())
            except UserError:
                continue
            if complaint := verdict(variant.text, tmp_path):
                refused[index, name] = complaint

    assert refused == {}


def verdict(text: str, folder: Path) -> str:
    (folder / "motd").touch()
    (folder / "compose.yml").write_bytes(text.encode())
    run = subprocess.run(
        ["docker", "compose", "--profile", "*", "config", "-q"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stderr if run.returncode else ""
