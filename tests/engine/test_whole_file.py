"""A file is there whole or not at all: full disks, read-only folders, links, killed processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dcgen import output, secret_file
from dcgen.plugin import file as plugin_file
from engine import whole_file
from faults import HostError
from tests.dcgen.door import names

# Each writes a file that is longer than 100 bytes, at the path that is its argument.
WRITERS = {
    "output": "output.publish({path: 'new' * 100}, force=True, is_ours=lambda text: True)",
    "secrets": "secret_file.write(path, {'A': 'new' * 100})",
    "plugin": "file.write(path)",
    "page": "page_file.write(path, 'new' * 100)",
}
OLD = f"{plugin_file.text()}# <title>dcgen advise: old\n"
# The kernel writes as many bytes as the limit allows, then sends SIGXFSZ: Python ignores it, and
# is told that the file is too large, as it is told of a full disk; or it is killed there.
CHILD = """\
import resource, signal, sys
from pathlib import Path
from dcgen import output, secret_file
from dcgen.advise import page_file
from dcgen.plugin import file
path = Path(sys.argv[1])
if sys.argv[2] == "kill":
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
"""


def limited(writer: str, path: Path, how: str) -> subprocess.CompletedProcess[str]:
    code = CHILD + WRITERS[writer]
    words = [sys.executable, "-c", code, str(path), how]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "file"
    found.write_text(OLD)
    found.chmod(0o700)
    return found


@pytest.mark.parametrize("writer", WRITERS)
def test_a_process_that_is_killed_while_it_writes_leaves_the_file_as_it_was(
    writer: str, path: Path
) -> None:
    killed = limited(writer, path, "kill")

    assert killed.returncode == -signal.SIGXFSZ, killed.stderr
    assert path.read_text() == OLD
    (draft,) = set(names(path.parent)) - {"file"}
    assert draft.startswith(whole_file.PREFIX)
    assert (path.parent / draft).stat().st_size == 100
    # What it has left is in nobody's way.
    code = CHILD.partition("if ")[0] + WRITERS[writer]
    again = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert again.returncode == 0
    assert path.read_text() != OLD


@pytest.mark.parametrize("writer", WRITERS)
def test_a_disk_that_takes_no_more_leaves_the_file_as_it_was_and_no_draft(
    writer: str, path: Path
) -> None:
    failed = limited(writer, path, "tell")

    assert "faults.HostError: " in failed.stderr
    assert "cannot write the " in failed.stderr
    assert path.read_text() == OLD
    assert names(path.parent) == ["file"]


@contextmanager
def without_root() -> Iterator[None]:
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(99)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_folder_that_is_read_only_is_named_and_stays_as_it_is() -> None:
    with TemporaryDirectory(prefix="dcgen-") as name:  # user 99 may not enter pytest's own
        path = Path(name, "file")
        path.write_text(OLD)
        path.chmod(0o666)
        path.parent.chmod(0o555)
        with without_root():
            with pytest.raises(HostError, match="cannot write the file: Permission denied"):
                output.publish({path: "new"}, force=True, is_ours=bool)
            with pytest.raises(HostError, match="cannot write the file of secrets: Permission"):
                secret_file.write_text(path, "new")
        path.parent.chmod(0o755)

        assert path.read_text() == OLD
        assert names(path.parent) == ["file"]


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_a_mode_is_less_the_umask_or_exact(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with whole_file.replacing(tmp_path / "less", 0o664):
            pass
        with whole_file.replacing(tmp_path / "exact", 0o755, exactly=True):
            pass
        secret_file.write(tmp_path / "secrets", {})
    finally:
        os.umask(before)

    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in names(tmp_path)}
    assert modes == {"less": 0o664 & ~umask, "exact": 0o755, "secrets": 0o600}


def test_nobody_else_reads_what_is_half_written(tmp_path: Path) -> None:
    path = tmp_path / "generated.yml"
    path.write_text("old")
    path.chmod(0o600)
    before = os.umask(0)
    try:
        with whole_file.replacing(path, 0o600, exactly=True) as file:
            file.write(b"new")
            (draft,) = set(names(tmp_path)) - {path.name}
            assert (tmp_path / draft).stat().st_mode & 0o777 == 0o600
            assert path.read_text() == "old"
    finally:
        os.umask(before)

    assert path.read_text() == "new"


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")

    with whole_file.replacing(tmp_path / "link") as file:
        file.write(b"new")

    assert not (tmp_path / "link").is_symlink()
    assert [(tmp_path / name).read_text() for name in ("link", "real")] == ["new", "old"]


def test_an_interruption_leaves_the_file_as_it_was(path: Path) -> None:
    def interrupted() -> None:
        with whole_file.replacing(path) as file:
            file.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert path.read_text() == OLD
    assert names(path.parent) == ["file"]


def test_what_is_private_is_private_whatever_it_was(tmp_path: Path) -> None:
    path = tmp_path / "secrets.yaml"
    path.write_text("old")
    path.chmod(0o644)

    for text in ("new", "new"):  # also what need not be written
        output.publish({path: text}, force=True, is_ours=bool, private=[path])
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o644)
    output.publish({path: "new"}, force=True, is_ours=bool, private=[path])

    assert path.stat().st_mode & 0o777 == 0o600
