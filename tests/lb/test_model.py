"""Addresses and names: what is accepted, and what could never be one HAProxy word."""

import pytest

from faults import UserError
from lb.balancer import balancer
from lb.model import Address, Control, Proxy, Server


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("rng1:80", Address("rng1", 80), id="a service's name"),
        pytest.param("my_db.example:65535", Address("my_db.example", 65535), id="underscore, dots"),
        pytest.param("192.0.2.7:32768", Address("192.0.2.7", 32768), id="IPv4"),
        pytest.param("[2001:db8::7]:6379", Address("2001:db8::7", 6379), id="IPv6"),
    ],
)
def test_address_reads_and_writes_the_same_text(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("redis", id="no port"),
        pytest.param(":6379", id="no host"),
        pytest.param("redis:", id="empty port"),
        pytest.param("redis:http", id="port is a word"),
        pytest.param("redis:0", id="port 0"),
        pytest.param("redis:65536", id="port too large"),
        pytest.param("redis:\u0661", id="digit of another script"),
        pytest.param("2001:db8::7:6379", id="IPv6 without brackets"),
        pytest.param("[db]:6379", id="a name in brackets"),
        pytest.param("[fe80::1%eth0]:80", id="IPv6 with a zone"),
        pytest.param("a b:80", id="space"),
        pytest.param("a\nbind:80", id="newline"),
        pytest.param("a:80\n", id="newline at the end"),
        pytest.param('"a":80', id="quotes"),
        pytest.param("$HOME:80", id="variable, which HAProxy would expand"),
        pytest.param("a#:80", id="comment"),
        pytest.param("-dash:80", id="leading dash"),
    ],
)
def test_malformed_address_is_refused_and_says_what_mends_it(text: str) -> None:
    with pytest.raises(UserError) as refusal:
        Address.parse(text)

    assert refusal.value.fix


@pytest.mark.parametrize(
    ("hosts", "names"),
    [(["rng1", "1.db.example", "192.0.2.7", "::1"], ["rng1", "1.db.example"])],
)
def test_only_names_have_to_be_resolved(hosts: list[str], names: list[str]) -> None:
    assert [host for host in hosts if Address(host, 80).is_name] == names


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "a#b", 'a"b', "$a", "a\\b", "-a", "ä"])
def test_name_that_is_no_haproxy_word_is_refused(name: str) -> None:
    with pytest.raises(UserError):
        Server(name, Address("rng1", 80))


@pytest.mark.parametrize("bind", ["80", "", ":80 ssl", ":80\n", "/run/socket", "$X:80"])
def test_bind_that_is_no_address_is_refused(bind: str) -> None:
    with pytest.raises(UserError):
        Proxy("rng-80", bind, (Server("rng1", Address("rng1", 80)),))


def test_proxy_without_a_server_is_refused() -> None:
    with pytest.raises(UserError, match="'rng-80' has no server"):
        balancer("rng", {80: []})


def test_servers_on_the_same_host_get_names_of_their_own() -> None:
    addresses = [Address("db", 1), Address("db", 2), Address("db-2", 3), Address("2001:db8::", 4)]

    (proxy,) = balancer("db", {5432: addresses}).proxies

    assert [server.name for server in proxy.servers] == ["db", "db-2", "db-2-2", "2001-db8"]


@pytest.mark.parametrize(
    ("ports", "bind"),
    [
        pytest.param([80], "127.0.0.1:8405", id="free"),
        pytest.param([8405, 8406], "127.0.0.1:8407", id="past the ports of the service"),
    ],
)
def test_health_frontend_keeps_out_of_the_way(ports: list[int], bind: str) -> None:
    configuration = balancer("rng", {port: [Address("rng1", port)] for port in ports})

    assert configuration.health_bind == bind


def test_health_frontend_can_be_left_out() -> None:
    control = Control(health_port=None)

    assert balancer("rng", {80: [Address("a", 1)]}, control=control).health_bind is None
