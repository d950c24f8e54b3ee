"""A port is read in each form that Docker Compose takes, and what it refuses is no port.

The entries were given to Docker Compose 2.26.1, `config`.
"""

import pytest

from composefile.ports import Port, UnresolvedPortError, parse, read, taken
from composefile.values import Value

TCP = Port(80)


@pytest.mark.parametrize(
    ("entry", "ports"),
    [
        pytest.param("80", [TCP], id="a container port"),
        pytest.param("80/", [TCP], id="no protocol"),
        pytest.param(":80", [TCP], id="no host port"),
        pytest.param("0:80", [TCP], id="host port 0"),
        pytest.param("8001:80", [Port(80, "8001")], id="a host port"),
        pytest.param("8001:80/TCP", [Port(80, "8001")], id="a protocol in capitals"),
        pytest.param("80/udp", [Port(80, protocol="udp")], id="UDP"),
        pytest.param("90-91", [Port(90), Port(91)], id="a range"),
        pytest.param("81-82:90-91", [Port(90, "81"), Port(91, "82")], id="two ranges"),
        pytest.param("81-83:80", [Port(80, "81-83")], id="one of a range of host ports"),
        pytest.param("8000-9000:80", [Port(80, "8000-9000")], id="one of more than a thousand"),
        pytest.param("1-65535:80", [Port(80, "1-65535")], id="one of all"),
        pytest.param("127.0.0.1:8001:80", [Port(80, "8001", "127.0.0.1")], id="an address"),
        pytest.param("127.0.0.1::80", [Port(80, "", "127.0.0.1")], id="an address alone"),
        pytest.param("[::1]:8001:80", [Port(80, "8001", "::1")], id="an IPv6 address"),
        pytest.param(
            "127.0.0.1:81-82:90-91/udp",
            [Port(90, "81", "127.0.0.1", "udp"), Port(91, "82", "127.0.0.1", "udp")],
            id="all of it",
        ),
        pytest.param({"target": "80", "protocol": "TCP"}, [TCP], id="the long form"),
        pytest.param({"target": "80", "published": "0"}, [TCP], id="host port 0 there"),
        pytest.param(
            {"target": "80", "published": "8000-9000"},
            [Port(80, "8000-9000")],
            id="one of more than a thousand there",
        ),
        pytest.param(
            {"target": "80", "published": "81-82", "host_ip": "::1", "mode": "host"},
            [Port(80, "81-82", "::1")],
            id="the long form, with everything",
        ),
    ],
)
def test_a_port_is_read(entry: Value, ports: list[Port]) -> None:
    assert read(entry) == ports


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("80", ""),
        ("8001:80", "8001"),
        ("127.0.0.1:8001:80", "127.0.0.1:8001"),
        ("[::1]:8001:80", "[::1]:8001"),
        ("127.0.0.1::80", "127.0.0.1:"),
        ("${P}:80", "${P}"),
    ],
)
def test_the_host_side_is_said_as_it_is_written(entry: str, host: str) -> None:
    assert [port.host_side for port in parse(entry, {})] == [host]


@pytest.mark.parametrize(
    "entry",
    [
        *("web:80", "81:90-91", "81-83:90-91", "82-81:90-91", "localhost:80:80", "300.1.1.1:80:80"),
        *("1:2:3:4", "127.0.0.1:80", "8001/tcp:80", "8001:80/foo", "", "0", "80:", " 80 ", "+80"),
        *("8 0", "1.5", "80:70000", "70000:80"),
        {"target": "80-81"},
        {"published": "80"},
        {"target": "80", "published": "x"},
        {"target": "80", "protocol": "foo"},
        None,
        ["80"],
    ],
    ids=repr,
)
def test_what_is_no_port_is_refused(entry: Value) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is the entry
        read(entry)


@pytest.mark.parametrize("entry", ["1-2000", "1-2000:1-2000"])
def test_a_range_that_no_service_listens_on_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="1-2000"):
        read(entry)


@pytest.mark.parametrize(
    ("entry", "ports"),
    [
        pytest.param("${P:-8001}:80", [Port(80, "8001")], id="a default"),
        pytest.param("${P}:80", [Port(80, "${P}")], id="a host port that nothing gives"),
        pytest.param("${IP:-[::1]}:8001:80", [Port(80, "8001", "::1")], id="an address"),
        pytest.param("${P}:${IN}", [Port(80, "${P}")], id="a container port that is known"),
        pytest.param({"target": "$IN", "published": "$P"}, [Port(80, "$P")], id="the long form"),
    ],
)
def test_variables_are_filled_in_where_they_are_known(entry: Value, ports: list[Port]) -> None:
    assert parse(entry, {"IN": "80"}) == ports


@pytest.mark.parametrize("entry", ["${P}", "80:$P", "80/$P", {"target": "$P"}], ids=repr)
def test_a_container_port_that_nothing_gives_is_told_apart(entry: Value) -> None:
    with pytest.raises(UnresolvedPortError):
        parse(entry, {})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("8001:80", {8001}, id="one"),
        pytest.param("127.0.0.1:81-82:90-91", {81, 82}, id="a range"),
        pytest.param({"target": 80, "published": "${P}"}, {8001}, id="a variable, long form"),
        pytest.param("80", set(), id="any"),
        pytest.param("${UNKNOWN}:80", set(), id="a variable that nothing gives"),
        pytest.param("web:80", set(), id="no port"),
    ],
)
def test_the_ports_of_the_host_that_an_entry_takes(entry: Value, expected: set[int]) -> None:
    assert taken(entry, {"P": "8001"}) == expected
