"""HAProxies that run are given other certificates, as in a container."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from ambassador.authority import Authority
from engine.docker.containers import Container, Site
from engine.live.renew import Holder
from faults import HostError, UserError
from tests.ambassador.redises import connect
from tests.ambassador.sides import NAME, NOW, SERVER, Side, both
from tests.lb.processes import needs, wait_for_status

pytestmark = [needs("redis-server"), needs("haproxy"), needs("perl")]

# Stands in for Docker: the id of a container is its folder here, and what runs in it runs here.
DOCKER = f"""#!{sys.executable}
import os, signal, sys
words = sys.argv[1:]
if words[0] == "kill":
    with open(words[-1] + "/pid") as file:
        os.kill(int(file.read()), signal.SIGUSR2)
    sys.exit()
place = next(i for i, word in enumerate(words) if word.startswith("/"))
folder, words = words[place], words[place + 1:]
for there, here in (
    ("/run/secrets", ""), ("/usr/local/etc/haproxy", ""), ("/tmp/haproxy.sock", "/admin")
):
    words = [word.replace(there, folder + here) for word in words]
os.execvp(words[0], words)
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A HAProxy before a Redis and one for its clients, each as Docker would reach it."""

    there: Side
    here: Side
    before: Holder
    for_clients: Holder


@pytest.fixture
def authority() -> Authority:
    return Authority.new("redis", NOW)


@pytest.fixture
def pair(
    tmp_path: Path, cleanup: ExitStack, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Pair:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "docker").write_text(DOCKER)
    (tmp_path / "bin" / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    there, here, _ = both(tmp_path, cleanup, authority)
    wait_for_status(here.folder / "admin", SERVER, "UP", check="L7OK")
    holders = []
    for side in (there, here):
        assert side.process
        (side.folder / "pid").write_text(str(side.process.pid))
        container = Container(str(side.folder), "redis", 1)
        holders.append(Holder(Site(()), container, ("ca.pem", "crt.pem"), is_front=side is there))
    return Pair(there, here, *holders)


def papers(authority: Authority, *, trusted: str = "") -> tuple[dict[str, str], dict[str, str]]:
    """Return what the one before the service is given, and what the one for its clients is."""
    ca = {"ca.pem": trusted or authority.public}
    server, client = authority.of_service(NAME, NOW), authority.of_client("clients", NOW)
    return {**ca, "crt.pem": server}, {**ca, "crt.pem": client}


def test_a_connection_outlives_a_new_authority(
    pair: Pair, cleanup: ExitStack, authority: Authority
) -> None:
    long = connect(pair.here.port, cleanup)
    assert long.incr("coins") == 1
    new = Authority.new("redis", NOW)
    trusted = authority.public + new.public

    for signs, ca in ((authority, trusted), (new, trusted), (new, new.public)):
        for holder, texts in zip(
            (pair.before, pair.for_clients), papers(signs, trusted=ca), strict=True
        ):
            assert holder.give(texts) is not None
        assert connect(pair.here.port, cleanup).ping()

    assert long.incr("coins") == 2
    assert pair.before.read("ca.pem") == new.public
    assert {one.name for one in pair.there.folder.glob("*.pem*")} == {"ca.pem", "crt.pem"}


def test_what_it_has_is_not_given_again(pair: Pair, authority: Authority) -> None:
    texts = {"ca.pem": authority.public, "unknown": "x"}

    assert pair.before.give(texts) is None


def test_what_haproxy_refuses_is_put_back(
    pair: Pair, cleanup: ExitStack, authority: Authority
) -> None:
    before = pair.before.read("crt.pem")

    with pytest.raises(UserError, match="refuses the certificates") as caught:
        pair.before.give({"ca.pem": authority.public, "crt.pem": "no certificate\n"})
    assert caught.value.reasons
    assert pair.before.read("crt.pem") == before
    assert connect(pair.here.port, cleanup).ping()


def test_where_no_new_worker_comes_the_former_ones_are_put_back(
    pair: Pair, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pair.before.read("crt.pem")
    monkeypatch.setattr("engine.live.renew.WORKER_WITHIN_S", 0.5)
    idle = pair.there.folder / "pid"
    idle.write_text(str(_asleep(pair)))

    with pytest.raises(HostError, match="does not start with the new certificates"):
        pair.before.give(papers(authority)[0])
    assert pair.before.read("crt.pem") == before


def _asleep(pair: Pair) -> int:
    """Return a process that a signal does not reload: the other HAProxy's."""
    assert pair.here.process
    return pair.here.process.pid
