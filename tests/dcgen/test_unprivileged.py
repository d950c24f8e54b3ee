"""HAProxy is user 99 in its container: what it listens on and reads there, or is said before."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import Result
from ruamel.yaml import YAML

from generator.checks import unprivileged
from tests.dcgen.door import dcgen
from tests.lab.waiting import until
from tests.lb.processes import end, needs

SOURCE = """\
services:
  web: {image: nginx, ports: ["80"]}
  near: {image: nginx, expose: ["80"], network_mode: host}
  redis: {image: redis}
secrets:
  pw: {file: ./pw.txt}
"""


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Not below pytest's own folder: user 99 may not enter that.
    with TemporaryDirectory(prefix="dcgen-99-") as name:
        Path(name).chmod(0o777)
        monkeypatch.chdir(name)
        Path("compose.yml").write_text(SOURCE)
        yield Path(name)


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(Path("generated.yml").read_text())
    one: dict[str, Any] = found["services"][name]
    return one


def listens(pid: int, port: int) -> bool:
    """Return whether something listens on *port* in the network of process *pid*."""
    try:
        text = Path(f"/proc/{pid}/net/tcp").read_text()
    except OSError:  # it has ended
        return False
    rows = [row.split() for row in text.splitlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


@needs("haproxy")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a network and another user")
@pytest.mark.parametrize("told", [True, False])
def test_port_80_is_listened_on_where_the_kernel_is_told_so(told: bool, folder: Path) -> None:  # noqa: FBT001 - a case
    before = os.umask(0o077)
    try:
        assert dcgen("scale", "web", "2", "--lb-config", "file").exit_code == 0
    finally:
        os.umask(before)
    config = folder / "web.haproxy.cfg"
    config.write_text(config.read_text().replace("/tmp/haproxy.sock", str(folder / "socket")))
    settings = service("web")["sysctls"] if told else ["net.ipv4.ip_unprivileged_port_start=1024"]
    words = " ".join(settings)
    user = "setpriv --reuid 99 --regid 99 --clear-groups --no-new-privs"
    script = f"sysctl -qw {words} && exec {user} haproxy -db -f {config}"
    pipe = subprocess.PIPE
    with ExitStack() as cleanup:
        command = ["unshare", "--net", "sh", "-c", script]
        haproxy = cleanup.enter_context(subprocess.Popen(command, stderr=pipe))
        cleanup.callback(end, haproxy)
        until(lambda: haproxy.poll() is not None or listens(haproxy.pid, 80), "it listens", 30)

        assert (haproxy.poll() is None) is told
        if not told:
            assert haproxy.stderr
            assert b"Permission denied" in haproxy.stderr.read()


@pytest.mark.usefixtures("folder")
def test_no_setting_of_the_kernel_where_the_network_is_the_hosts() -> None:
    dcgen("scale", "near", "1")
    dcgen("ambassador", "redis=h.example:6379")

    assert "sysctls" not in service("near")  # Docker refuses it there
    assert "sysctls" not in service("redis")  # 6379 is open to everyone


@pytest.mark.usefixtures("folder")
def test_a_configuration_file_is_labelled_for_containers() -> None:
    dcgen("scale", "web", "2", "--lb-config", "file")
    assert service("web")["volumes"][0].endswith("/haproxy.cfg:ro,z")
    dcgen("scale", "web", "3", "-f", "generated.yml")
    assert service("web")["volumes"][0].endswith("/haproxy.cfg:ro,z")


def ambassador(*words: str) -> Result:
    return dcgen("ambassador", "redis=h.example:6379", "--fresh", *words)


def test_a_key_or_a_secret_that_user_99_cannot_read_is_said(folder: Path) -> None:
    for name in ("c.pem", "pw.txt"):
        (folder / name).write_text("x")
        (folder / name).chmod(0o600)

    for words, name in (
        (("--tls", "--cert", "c.pem"), "./c.pem"),
        (("--auth-secret", "pw"), "./pw.txt"),
    ):
        said = ambassador(*words)
        assert said.exit_code == 0
        assert f"cannot read '{name}', whose mode is 0600\n" in said.stderr
        assert (
            f"  fix: give it to that user, whose alone it may stay: chown 99 {name}\n"
            in said.stderr
        )


def test_what_it_can_read_or_another_image_is_not_warned_of(folder: Path) -> None:
    (folder / "c.pem").write_text("x")
    (folder / "c.pem").chmod(0o600)
    other = ambassador("--tls", "--cert", "c.pem", "--lb-image", "haproxy:3.0-mine")
    (folder / "c.pem").chmod(0o644)
    all_may = ambassador("--tls", "--cert", "c.pem")

    assert "cannot read" not in other.stderr + all_may.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_key_that_is_user_99s_alone_is_not_warned_of(folder: Path) -> None:
    (folder / "c.pem").write_text("x")
    (folder / "c.pem").chmod(0o600)
    os.chown(folder / "c.pem", 99, 0)

    assert "cannot read" not in ambassador("--tls", "--cert", "c.pem").stderr


def test_selinux_is_said_where_it_is_enforced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "c.pem").write_text("x")
    (folder / "enforce").write_text("1")
    monkeypatch.setattr(unprivileged, "SELINUX", folder / "enforce")

    said = ambassador("--tls", "--cert", "c.pem")

    assert "  fix: label it: chcon -t container_file_t ./c.pem\n" in said.stderr


@pytest.mark.usefixtures("folder")
def test_docker_from_a_snap_has_a_way_out() -> None:
    dcgen("scale", "web", "2", "--new-privileges")
    assert "security_opt" not in service("web")
    assert service("web")["cap_drop"] == ["ALL"]
    dcgen("scale", "web", "3", "-f", "generated.yml")
    assert "security_opt" not in service("web")
    dcgen("scale", "web", "3", "-f", "generated.yml", "--no-new-privileges")
    assert service("web")["security_opt"] == ["no-new-privileges:true"]
