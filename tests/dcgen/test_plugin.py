"""dcgen as a plugin, called by the real docker command; no Engine is needed for that."""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from dcgen import __version__
from dcgen.plugin import file, words
from faults import UsageError
from tests.dcgen.door import COINS, dcgen
from tests.lab import packages, today

HOME = Path(__file__).parents[2]


def clients() -> list[str]:
    newest = today.folder(packages.cache()) / "bin" / "docker"
    return [str(path) for path in (shutil.which("docker"), newest) if path and Path(path).exists()]


needs_docker = pytest.mark.skipif(not clients(), reason="there is no docker command")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty configuration folder of Docker, and a working folder with a Compose file."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "compose.yml").write_text(COINS)
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setattr(file, "SYSTEM", tmp_path / "system")
    return tmp_path / "docker"


def docker(client: str | Path, *given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([client, *given], text=True, capture_output=True, check=False)


def plugin(config: Path) -> Path:
    return config / "cli-plugins" / "docker-dcgen"


@needs_docker
@pytest.mark.parametrize("client", clients())
def test_docker_lists_and_runs_it(config: Path, client: str) -> None:
    assert dcgen("plugin", "install").exit_code == 0

    assert "dcgen*" in docker(client, "--help").stdout
    assert docker(client, "dcgen", "--help").stdout.startswith("Usage: docker dcgen ")
    assert docker(client, "help", "dcgen").stdout.startswith("Usage: docker dcgen ")
    scaled = docker(client, "dcgen", "scale", "rng", "3", "-o", "-")
    assert (scaled.returncode, "rng3:" in scaled.stdout) == (0, True), scaled.stderr
    wrong = docker(client, "dcgen", "scale")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "fix: see: docker dcgen scale --help" in wrong.stderr
    assert plugin(config).stat().st_mode & 0o777 == 0o755


@needs_docker
@pytest.mark.parametrize("client", clients())
def test_docker_completes_commands_options_and_services(config: Path, client: str) -> None:
    assert config.name == "docker"
    dcgen("plugin", "install")

    def completed(*given: str) -> list[str]:
        lines = docker(client, "__complete", *given).stdout.splitlines()
        return [line.partition("\t")[0] for line in lines]

    assert completed("dcgen", "sca") == ["scale", ":4"]
    assert completed("dcgen", "scale", "--mo") == ["--mode", ":4"]
    assert completed("dcgen", "scale", "r") == ["rng", "redis", ":4"]
    assert completed("dcgen", "scale", "-f", "") == [":0"]


@needs_docker
def test_dockers_options_reach_dcgen(config: Path) -> None:
    assert config.name == "docker"
    dcgen("plugin", "install")

    gone = docker(clients()[0], "--host", "unix:///nowhere.sock", "dcgen", "ps", "--engine=docker")

    assert gone.returncode == 3
    assert "unix:///nowhere.sock" in gone.stderr


def test_docker_gives_its_own_options_and_the_name_first() -> None:
    assert words.understood(["dcgen", "ps"]).words == ("ps",)
    assert words.understood(["-D", "--context=far", "dcgen", "ps"]).variables == {
        "DOCKER_CONTEXT": "far"
    }
    assert words.understood(["-l", "debug", "-H", "tcp://h:1", "dcgen"]).variables == {
        "DOCKER_HOST": "tcp://h:1"
    }
    assert words.understood(["help", "dcgen", "scale"]).words == ("scale", "--help")
    assert words.understood(["compose", "--project-name", "p", "up"]).words[0] == "compose"
    with pytest.raises(UsageError, match="'--tlscert' has no effect on a plugin"):
        words.understood(["--tlscert", "x", "dcgen", "ps"])


def test_install_uninstall_and_status_say_what_is_there(config: Path) -> None:
    assert dcgen("plugin", "status").exit_code == 1
    assert f"{plugin(config)}: installed" in dcgen("plugin", "install").output
    assert "is up to date" in dcgen("plugin", "install").output
    status = dcgen("plugin", "status")
    assert (status.exit_code, f"runs {sys.executable}" in status.output) == (0, True)
    metadata = subprocess.check_output([plugin(config), "docker-cli-plugin-metadata"])
    assert json.loads(metadata)["Version"] == __version__
    assert "removed" in dcgen("plugin", "uninstall").output
    assert "is not installed" in dcgen("plugin", "uninstall").output
    assert list(plugin(config).parent.iterdir()) == []


def test_for_all_users_it_is_in_the_system_folder(config: Path) -> None:
    assert dcgen("plugin", "install", "--system").exit_code == 0

    assert (file.SYSTEM / "docker-dcgen").is_file()
    assert not plugin(config).exists()
    assert dcgen("plugin", "status").exit_code == 0
    assert "removed" in dcgen("plugin", "uninstall", "--system").output


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_a_file_of_somebody_else_stays(config: Path, kind: str) -> None:
    path = plugin(config)
    path.parent.mkdir(parents=True)
    if kind == "file":
        path.write_text("#!/bin/sh\necho mine\n")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/nowhere")
    for command in ("install", "uninstall"):
        refused = dcgen("plugin", command)
        assert refused.exit_code == 1
        assert f"{path}: the file exists and was not written by dcgen" in refused.output
        assert f"fix: move it away: mv {path} {path}.old" in refused.output
    assert os.path.lexists(path)
    assert dcgen("plugin", "status").exit_code == 1


def test_it_runs_its_own_environment_and_says_when_that_is_gone(config: Path) -> None:
    there = config / "an environment"
    venv.create(there, symlinks=True)
    python = there / "bin" / "python"
    paths = [str(HOME), *(path for path in sys.path if path.endswith("site-packages"))]
    site = next(there.glob("lib/python*/site-packages"))
    (site / "here.pth").write_text("\n".join(paths))
    subprocess.run([python, "-m", "dcgen", "plugin", "install"], check=True, capture_output=True)

    shown = docker(plugin(config), "dcgen", "-V")
    assert (shown.returncode, __version__ in shown.stdout) == (0, True), shown.stderr
    shutil.rmtree(there)
    gone = docker(plugin(config), "dcgen", "-V")
    assert gone.returncode == 3
    assert f"is gone: {python}" in gone.stderr
    assert "fix: install dcgen again, then: dcgen plugin install" in gone.stderr
    status = dcgen("plugin", "status")
    assert (status.exit_code, "which is gone" in status.output) == (1, True)


def test_packages_in_the_working_folder_are_not_executed(config: Path) -> None:
    dcgen("plugin", "install")
    for name in ("dcgen", "click", "engine"):
        Path(f"{name}.py").write_text("raise SystemExit('theirs was executed')")

    shown = docker(plugin(config), "dcgen", "-V")

    assert (shown.returncode, shown.stderr) == (0, "")


def test_a_folder_that_cannot_be_made_is_named(config: Path) -> None:
    config.write_text("a file where Docker has its folder")

    refused = dcgen("plugin", "install")

    assert refused.exit_code == 3
    assert f"{plugin(config)}: cannot write the plugin: " in refused.output
    assert f"fix: allow it: chmod u+rwx {plugin(config).parent}" in refused.output
