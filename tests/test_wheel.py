"""What somebody gets who installs dcgen: a wheel, and no checkout.

An editable install finds every file of the checkout, also those that the wheel leaves out. So
the wheel is built from the source archive, and installed beside the packages that it declares.
"""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
ROOMS = (
    "ambassador",
    "advise",
    "composefile",
    "dcgen",
    "dockercoins",
    "engine",
    "faults",
    "generator",
    "lb",
)
NOT_SOURCE = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".*_cache",
    ".artifacts",
    ".hypothesis",
    "__pycache__",
    "*.egg-info",
    "build",
    "demo",
    "dist",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = shutil.copytree(ROOT, folder / "source", ignore=NOT_SOURCE)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the command ``dcgen`` of an environment that holds the wheel and what it declares."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    run(folder / "bin/pip", "install", "--no-index", "--no-deps", wheel, cwd=folder)
    copy_requirements(next(folder.glob("lib/*/site-packages")))
    return folder / "bin/dcgen"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(command, cwd=cwd, text=True, capture_output=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def copy_requirements(site: Path) -> None:
    # From this environment, so that the test needs no package index.
    todo = list(
        next(importlib.metadata.distributions(name="dcgen", path=[str(site)])).requires or []
    )
    done = set()
    while todo:
        requirement = Requirement(todo.pop())
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in done:
            done.add(requirement.name)
            distribution = importlib.metadata.distribution(requirement.name)
            todo += distribution.requires or []
            for file in distribution.files or []:
                if ".." not in file.parts and "__pycache__" not in file.parts:
                    (site / file).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(str(file.locate()), site / file)


def test_every_file_of_the_rooms_is_in_the_wheel(wheel: Path) -> None:
    checkout = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert checkout - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_nothing_but_the_rooms_is_in_the_wheel(wheel: Path) -> None:
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {name for name in top if not name.endswith(".dist-info")} == set(ROOMS)


def test_page_of_the_package_links_to_no_file_of_the_checkout(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
    page = zipfile.ZipFile(wheel).read(metadata).decode()

    assert "# dcgen" in page
    assert re.findall(r"\]\((?!https?://)[^)]*\)", page) == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("scale rng 3", id="scale"),
        pytest.param("extra-hosts --redis 192.0.2.7", id="extra-hosts"),
        pytest.param("ambassador --redis db.example:32768", id="ambassador"),
    ],
)
def test_installed_command_makes_the_variant(
    installed: Path, tmp_path: Path, arguments: str
) -> None:
    shutil.copy(ROOT / "dockercoins/compose.yml", tmp_path)

    run(installed, *arguments.split(), "-f", "compose.yml", cwd=tmp_path)

    assert (tmp_path / "generated.yml").stat().st_size > 0


def test_version_is_said(installed: Path, tmp_path: Path) -> None:
    version = importlib.metadata.version("dcgen")

    assert version in run(installed, "--version", cwd=tmp_path).stdout


def test_installed_command_writes_the_sample(installed: Path, tmp_path: Path) -> None:
    run(installed, "sample", "coins", cwd=tmp_path)
    run(installed, "scale", "rng", "3", cwd=tmp_path / "coins")

    assert (tmp_path / "coins/generated.yml").stat().st_size > 0


def test_sample_as_processes_names_one_command_for_all_that_is_missing(
    installed: Path, tmp_path: Path
) -> None:
    run(installed, "sample", "coins", cwd=tmp_path)

    up = subprocess.run(
        [installed, "up", "--engine", "process", "--for", "1"],
        cwd=tmp_path / "coins",
        text=True,
        capture_output=True,
        check=False,
    )

    lines = up.stderr.splitlines()
    needed = re.findall(r"service '(\w+)' needs (.*), which this Python", up.stderr)
    assert [name for name, _ in needed] == ["rng", "hasher", "webui", "worker"]
    assert lines[1] == "nothing was started, for 4 reasons:"
    assert [line.partition(" -m ")[2] for line in lines if line.startswith("  fix: ")] == [
        "pip install 'dcgen[dockercoins]'"
    ]
    assert up.returncode == 3
