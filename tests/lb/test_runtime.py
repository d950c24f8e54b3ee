"""The words of HAProxy's runtime API: what is never sent, and what a text says about servers."""

import re
import subprocess
from pathlib import Path

import pytest

from faults import HostError, UserError
from lb import runtime
from lb.balancer import balancer
from lb.model import Address
from lb.render import render
from lb.runtime import Row
from tests.lb.processes import needs

ROW = Row("rng-80", "rng1")


@pytest.mark.parametrize(
    "word",
    [
        pytest.param("rng1;shutdown sessions server rng-80/rng2", id="a second command"),
        pytest.param("rng1\nshow stat", id="a second line"),
        pytest.param("rng1 state maint", id="a second word"),
        pytest.param("<<", id="a payload"),
        pytest.param("rng1\\ x", id="an escape"),
        pytest.param("$(id)", id="what a shell would run"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_word_that_is_more_than_a_word_is_never_sent(word: str) -> None:
    with pytest.raises(UserError, match="cannot be a word"):
        runtime.command("set", "server", word, "state", "drain")


def test_commands_read_as_haproxys_manual_says() -> None:
    assert runtime.state(ROW, "drain") == "set server rng-80/rng1 state drain"
    assert runtime.move(ROW, "::1", 80) == "set server rng-80/rng1 addr ::1 port 80"
    assert runtime.cut(ROW) == "shutdown sessions server rng-80/rng1"


def test_an_objection_of_haproxy_is_an_error() -> None:
    with pytest.raises(HostError, match="No such server"):
        runtime.tell(lambda _: "No such server.\n\n", ["set server a/b state ready"])


STAT = "# pxname,svname,qcur,scur,stot,status,check_status,ttime"
STATES = "1\n# be_id be_name srv_id srv_name srv_addr srv_admin_state srv_port srv_fqdn"


@pytest.mark.parametrize(
    "answer",
    [
        *("", "\n", "x", "a\n\nb\n\nc", "Permission denied\n\n", "\ufffd\n\n\ufffd\n\n"),
        f"# a,b\nx,y\n\n{STATES}\n",
        f"{STAT}\nweb-80,web1\n\n{STATES}\n3 web-80 1 web1\n\n",
        f"{STAT}\nweb-80,web1,0,0,0,UP,,0\n\n{STATES}\n3 web-80 1 other 127.0.0.1 0 80 -\n\n",
        f"{STAT}\nweb-80,web1,0,x,0,UP,,0\n\n{STATES}\n3 web-80 1 web1 127.0.0.1 0 80 -\n\n",
        f"{STAT}\nweb-80,BACKEND,x\n\n{STATES}\n",
    ],
)
def test_an_answer_that_is_none_of_haproxys_is_an_error(answer: str) -> None:
    with pytest.raises(HostError, match="HAProxy answers what does not read as 2 answers"):
        runtime.rows(lambda _: answer)


def test_a_new_address_that_haproxy_confirms_is_none() -> None:
    said = "IP changed from '127.0.0.1' to '127.0.0.2' by 'stats socket command'\n\n"

    runtime.tell(lambda _: said, ["set server a/b addr 127.0.0.2 port 80"])


def test_an_answer_that_is_none_is_an_error() -> None:
    with pytest.raises(HostError, match="does not read as 2 answers"):
        runtime.rows(lambda _: "Permission denied\n")


def test_the_servers_of_a_text_can_be_led_elsewhere() -> None:
    servers = {80: [Address("192.0.2.1", 80), Address("192.0.2.2", 80)]}
    text = render(balancer("rng", servers))
    wanted = {"rng-80": ["192.0.2.8:81", "192.0.2.9:82"]}

    changed = runtime.leading_to(text, wanted)

    assert changed.replace(".8:81", ".1:80").replace(".9:82", ".2:80") == text
    assert changed != text
    assert runtime.without_addresses(changed) == runtime.without_addresses(text)
    assert runtime.binds_of(text)["rng-80-in"] == ":80"


@needs("haproxy")
def test_a_text_whose_servers_survive_a_reload_is_accepted(tmp_path: Path) -> None:
    text = render(balancer("rng", {80: [Address("rng-replicas", 80)]}, slots=8))
    states = tmp_path / "states"
    states.write_text("1\n# be_id be_name\n")
    file = tmp_path / "haproxy.cfg"
    file.write_text(runtime.surviving(text, str(states)))

    run = subprocess.run(
        ["haproxy", "-c", "-dr", "-f", str(file)], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    found = re.findall(r"^ .*(?:server-state|init-addr).*$", file.read_text(), re.MULTILINE)
    assert [line.split()[0] for line in found] == [
        "server-state-file",
        "load-server-state-from-file",
        "default-server",
    ]


def test_a_text_without_slots_needs_no_states() -> None:
    text = render(balancer("rng", {80: [Address("rng1", 80)]}))

    assert runtime.surviving(text, "/tmp/haproxy.state") == text
