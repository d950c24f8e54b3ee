"""What `bin/setup` does to a machine, seen through the commands that it calls.

Each test has a machine of its own: a folder that is the whole PATH, in which `python3`,
`apt-get` and `sudo` are small scripts that write down how they were called.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDINARY = (
    "cat",
    "cksum",
    "cp",
    "dirname",
    "env",
    "head",
    "id",
    "make",
    "mkdir",
    "mktemp",
    "rm",
    "sed",
)

PYTHON = """
case "$*" in
    *version_info\\ \\<*) exit 0 ;;
    *ensurepip*) exit 0 ;;
    "--version") echo Python 3.12.1 ;;
    "-m venv "*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
esac
"""
# The system directories are on bin/setup's own path; `redis-server` is never in them.
INSTALLS = 'case "$*" in *redis-server*) cp "$BIN/haproxy" "$BIN/redis-server" ;; esac\n'


@dataclass(frozen=True)
class Machine:
    """A checkout, in a folder with a space in its name, and the commands around it."""

    root: Path

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    @property
    def checkout(self) -> Path:
        return self.root / "check out"

    def has(self, command: str, script: str = "") -> None:
        """Put *command* on PATH: it writes down its arguments, then runs *script*."""
        path = self.bin / command
        path.write_text(f'#!/bin/sh\necho "{command} $*" >>"$CALLS"\n{script}')
        path.chmod(0o755)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.bin), "BIN": str(self.bin), "CALLS": str(self.calls_file)}
        return subprocess.run(
            command, cwd=self.checkout, env=environment, text=True, capture_output=True, check=False
        )

    @property
    def calls_file(self) -> Path:
        return self.root / "calls"

    def calls(self, command: str) -> list[str]:
        """Return the arguments of each call of *command* so far, in order."""
        lines = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        return [
            line.removeprefix(f"{command} ") for line in lines if line.startswith(f"{command} ")
        ]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.bin.mkdir()
    for name in ORDINARY:
        # A script and no symbolic link: a test that replaces it must not write through a link.
        wrapper = machine.bin / name
        wrapper.write_text(f'#!/bin/sh\nexec "{shutil.which(name)}" "$@"\n')
        wrapper.chmod(0o755)
    for name in ("bin/setup", "setup.cfg", "pyproject.toml", "Makefile"):
        target = machine.checkout / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    machine.has("python3", PYTHON)
    machine.has("haproxy")
    machine.has("redis-server")
    return machine


def test_first_run_installs_dcgen_into_a_virtual_environment(machine: Machine) -> None:
    result = machine.run("bin/setup")

    assert result.returncode == 0, result.stderr
    assert "-m pip install --disable-pip-version-check -e .[dev]" in machine.calls("python3")


def test_second_run_says_nothing_and_starts_nothing(machine: Machine) -> None:
    machine.run("make", "setup")
    before = machine.calls_file.read_text()

    result = machine.run("make", "setup")

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert machine.calls_file.read_text() == before


@pytest.mark.parametrize("name", ["setup.cfg", "pyproject.toml", "bin/setup"])
def test_changed_requirements_are_installed_again(machine: Machine, name: str) -> None:
    machine.run("bin/setup")
    with (machine.checkout / name).open("a") as file:
        file.write("\n# one more line\n")

    machine.run("bin/setup")

    assert len([call for call in machine.calls("python3") if "pip install" in call]) == 2
    assert len([call for call in machine.calls("python3") if "-m venv" in call]) == 1


def test_copied_checkout_gets_a_virtual_environment_of_its_own(machine: Machine) -> None:
    machine.run("bin/setup")
    copy = machine.root / "copy"
    shutil.copytree(machine.checkout, copy)

    machine.run(str(copy / "bin/setup"))

    assert (copy / ".venv/ready").read_text().startswith(f"{copy}\n")
    assert len([call for call in machine.calls("python3") if "-m venv" in call]) == 2


def test_interrupted_run_is_made_good_by_the_next(machine: Machine) -> None:
    machine.run("bin/setup")
    (machine.checkout / ".venv/ready").unlink()

    machine.run("bin/setup")

    assert len([call for call in machine.calls("python3") if "-m venv" in call]) == 2


def test_missing_tool_is_installed_with_apt_get(machine: Machine) -> None:
    (machine.bin / "redis-server").unlink()
    machine.has("id", "echo 0\n")
    machine.has("apt-get", INSTALLS)

    result = machine.run("bin/setup")

    assert result.returncode == 0, result.stderr
    assert machine.calls("apt-get") == [
        "-y -o DPkg::Lock::Timeout=300 --no-install-recommends install redis-server"
    ]


def test_package_lists_are_fetched_only_if_installing_fails(machine: Machine) -> None:
    (machine.bin / "redis-server").unlink()
    machine.has("id", "echo 0\n")
    machine.has("apt-get", 'case "$*" in *update*) : >"$BIN/updated" ;; esac\n'
                '[ -e "$BIN/updated" ] || exit 100\n' + INSTALLS)  # fmt: skip

    machine.run("bin/setup")

    assert [call.split()[4] for call in machine.calls("apt-get")] == [
        "install",
        "update",
        "install",
    ]


def test_ordinary_user_installs_with_sudo(machine: Machine) -> None:
    (machine.bin / "redis-server").unlink()
    machine.has("id", "echo 1000\n")
    machine.has("sudo", '"$@"\n')
    machine.has("apt-get", INSTALLS)

    machine.run("bin/setup")

    assert machine.calls("sudo")[0].startswith("env DEBIAN_FRONTEND=noninteractive apt-get ")


def test_homebrew_is_asked_for_its_own_names(machine: Machine) -> None:
    (machine.bin / "redis-server").unlink()
    machine.has("brew", 'cp "$BIN/haproxy" "$BIN/redis-server"\n')

    machine.run("bin/setup")

    assert machine.calls("brew") == ["install redis"]


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        pytest.param({}, "so that these commands are on PATH", id="no apt-get or brew"),
        pytest.param(
            {"id": "echo 1000\n", "apt-get": ""},
            "fix: as root, run: apt-get update && apt-get install redis-server",
            id="neither root nor sudo",
        ),
        pytest.param(
            {"id": "echo 0\n", "apt-get": "echo Could not resolve deb.debian.org; exit 100\n"},
            "Could not resolve deb.debian.org",
            id="no network",
        ),
    ],
)
def test_what_only_the_reader_can_install_is_named(
    machine: Machine, commands: dict[str, str], said: str
) -> None:
    (machine.bin / "redis-server").unlink()
    for command, script in commands.items():
        machine.has(command, script)

    result = machine.run("bin/setup")

    assert result.returncode == 3
    assert "redis-server" in result.stderr
    assert said in result.stderr


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("exit 1\n", id="python 3.8"),
        pytest.param("echo 'pyenv: python3: command not found' >&2; exit 127\n", id="empty shim"),
    ],
)
def test_python_that_is_too_old_is_passed_over(machine: Machine, script: str) -> None:
    machine.has("python3", script)
    machine.has("python3.12", PYTHON)

    machine.run("bin/setup")

    assert machine.calls("python3.12")[0].startswith("-c import sys")
    assert not any("venv" in call for call in machine.calls("python3"))


def test_failed_installation_shows_what_pip_said(machine: Machine) -> None:
    machine.has("python3", PYTHON + 'case "$*" in *pip*) echo no such index; exit 1 ;; esac\n')

    result = machine.run("bin/setup")

    assert result.returncode == 3
    assert "no such index" in result.stderr
    assert not (machine.checkout / ".venv/ready").exists()


def test_the_quick_subset_names_files_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    paths = next(line for line in makefile.splitlines() if line.startswith("UNIT :=")).split()[2:]

    assert "tests/generator" in paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
