"""The entry point of the image as a real process: hamba's words, and what they make."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from faults import UserError
from lb.hamba import configured
from lb.model import Address
from tests.lab.ports import free_port
from tests.lab.waiting import until
from tests.lb.image import Image, answers, wait_for
from tests.lb.processes import get, needs

pytestmark = needs("haproxy")


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param("{port} {one.host}:{one.port} {two.host}:{two.port}", id="host:port"),
        pytest.param("{port} {one.host} {one.port} {two.host} {two.port}", id="host port"),
        pytest.param("run {port} {one} {two}", id="run"),
        pytest.param("127.0.0.1:{port} {one} {two}", id="an address to listen on"),
    ],
)
@pytest.mark.parametrize("split", [str.split, lambda line: [line]], ids=["words", "one word"])
def test_every_spelling_balances_both_servers(
    shape: str,
    split: Callable[[str], list[str]],
    image: Image,
    one: Address,
    two: Address,
    port: int,
) -> None:
    line = shape.format(port=port, one=one, two=two)
    image.start(*split(line))

    until(lambda: answers(port, 6) == {"one", "two"}, "both answer")


def test_several_ports_lead_to_their_own_servers(image: Image, one: Address, two: Address) -> None:
    first, second = free_port(), free_port()
    image.start(first, one, "--", second, two)

    wait_for(first, "one")
    wait_for(second, "two")


def test_name_that_does_not_resolve_does_not_stop_the_others(
    image: Image, one: Address, port: int
) -> None:
    image.start(port, "nobody.invalid:80", one)

    wait_for(port, "one")


def test_admin_shows_statistics(
    one: Address, port: int, cleanup: ExitStack, tmp_path: Path
) -> None:
    admin = free_port()
    Image(tmp_path, cleanup, ADMIN=f"127.0.0.1:{admin}").start(port, one)
    wait_for(port, "one")

    assert "balancer-" in get(admin, "/haproxy?stats")[1]


def test_options_come_from_the_environment(cleanup: ExitStack, tmp_path: Path) -> None:
    image = Image(tmp_path, cleanup, DCGEN_OPTIONS="mode=http balance=random", DCGEN_NAME="web")

    text = image.call("showconfig", 80, "a:1", "b:1").stdout

    assert "\n    mode http\n" in text
    assert "\nbackend web-80\n    balance random\n" in text


def test_debugconfig_shows_what_haproxy_says(image: Image) -> None:
    good = image.call("debugconfig", 80, "a:1")
    bad = image.call("debugconfig", "host.invalid:80", "a:1")

    assert (good.returncode, good.stderr) == (0, "HAProxy accepts it\n")
    assert bad.returncode == 1
    assert "\nfrontend balancer-80-in\n" in bad.stdout
    assert "host.invalid" in bad.stderr


def test_link_is_taken_from_the_hosts_file(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n192.0.2.7\tdb 0a1b2c # a link\n")

    made = configured(["80", "db:1", "0a1b2c:1", "elsewhere:1"], {}, hosts)

    assert [(server.name, server.address) for server in made.proxies[0].servers] == [
        ("db", Address("192.0.2.7", 1)),
        ("0a1b2c", Address("192.0.2.7", 1)),
        ("elsewhere", Address("elsewhere", 1)),
    ]


def test_nothing_to_balance_is_not_healthy() -> None:
    assert configured([], {}).proxies == ()


def test_page_and_service_cannot_share_a_port() -> None:
    with pytest.raises(UserError, match="port 80 is the service's"):
        configured(["80", "a:1"], {"ADMIN": "80"})
