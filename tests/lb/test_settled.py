"""What is chosen for all ports holds for those that may speak HTTP, and the others are named."""

import pytest

from lb.options import ChosenOptions
from lb.settled import Spoken, settled

GRPC = {50051: Spoken("h2c", "grpc")}


@pytest.mark.parametrize(
    ("words", "ports"),
    [
        pytest.param("", [80, 443], id="connections are for every port"),
        pytest.param("mode=tcp server-maxconn=2", [22, 443], id="chosen connections"),
        pytest.param("mode=http health-path=/ok", [80, 8080], id="HTTP alone"),
        pytest.param("mode=http mode:443=http", [80, 443], id="HTTP on port 443, as chosen"),
        pytest.param("mode=h2c", [50051], id="gRPC, as chosen"),
        pytest.param("mode=h2c", [4317], id="OpenTelemetry, as chosen"),
        pytest.param("health-path:443=/ok", [80, 443], id="a path of one port"),
        pytest.param("health-path=/ok health-port=8081", [80, 443], id="a port that is asked"),
    ],
)
def test_choice_stands(words: str, ports: list[int]) -> None:
    chosen = ChosenOptions.parse(words)

    found = settled(chosen, ports)

    assert found.options == chosen
    assert found.left_out == {}


@pytest.mark.parametrize(
    ("words", "ports", "expected", "left"),
    [
        pytest.param("mode=http", [80, 443], "mode=http mode:443=tcp", "443 (TLS)", id="TLS"),
        pytest.param("mode=http", [3000, 22], "mode=http mode:22=tcp", "22 (SSH)", id="SSH"),
        pytest.param("mode=http", [443], "mode=http mode:443=tcp", "443 (TLS)", id="alone"),
        pytest.param("mode=http", [50051], "mode=http mode:50051=tcp", "50051 (gRPC)", id="gRPC"),
        pytest.param(
            "sticky=yes", [80, 443], "sticky=yes mode:443=tcp", "443 (TLS)", id="a cookie is HTTP"
        ),
        pytest.param("health-path=/ok", [80, 443], "health-path:80=/ok", "443 (TLS)", id="path"),
        pytest.param("health-path=/ok", [5432], "", "5432 (PostgreSQL)", id="path for none"),
        pytest.param(
            "health-path=/ok mode:443=http",
            [80, 443, 22],
            "health-path:80=/ok mode:443=http health-path:443=/ok",
            "22 (SSH)",
            id="path of a port on which HTTP was chosen",
        ),
        pytest.param(
            "mode=http server-maxconn=2 server-maxconn:22=9",
            [80, 443, 22],
            "mode=http mode:22=tcp server-maxconn:22=9 server-maxconn:80=2 mode:443=tcp",
            "443 (TLS) and 22 (SSH)",
            id="a limit of requests is none of connections",
        ),
    ],
)
def test_what_is_known_not_to_be_http_is_left_out(
    words: str, ports: list[int], expected: str, left: str
) -> None:
    found = settled(ChosenOptions.parse(words), ports)

    assert found.options.words() == expected
    assert str(found) == left


@pytest.mark.parametrize(
    ("words", "known", "expected"),
    [
        pytest.param("", {9000: Spoken("h2c", "grpc")}, "mode:9000=h2c", id="gRPC"),
        pytest.param("mode=http", GRPC, "mode=http mode:50051=h2c", id="gRPC beside HTTP"),
        pytest.param("mode=tcp", GRPC, "mode=tcp", id="connections, as chosen"),
        pytest.param("", {443: Spoken("http", "http")}, "", id="HTTP is no reason for HTTP mode"),
        pytest.param("mode=http", {443: Spoken("http", "http")}, "mode=http", id="HTTP on 443"),
        pytest.param(
            "mode=h2c", {80: Spoken("http", "http")}, "mode=h2c mode:80=http", id="HTTP/1 on one"
        ),
        pytest.param(
            "health-path=/ok", GRPC, "health-path:80=/ok mode:50051=h2c", id="a path is of HTTP"
        ),
        pytest.param("mode=h2c health-path=/ok", {}, "mode=h2c health-path=/ok", id="over HTTP/2"),
    ],
)
def test_what_a_caller_knows_goes_before_the_number(
    words: str, known: dict[int, Spoken], expected: str
) -> None:
    ports = list(dict.fromkeys([80, *known])) if "80" in expected else list(known) or [50051]

    assert settled(ChosenOptions.parse(words), ports, known).options == ChosenOptions.parse(
        expected
    )


@pytest.mark.parametrize(
    ("ports", "untold"),
    [
        pytest.param([80, 443], {}, id="HTTP and TLS expect it"),
        pytest.param([80, 443, 22], {22: "SSH"}, id="SSH beside them does not"),
        pytest.param([25, 143], {}, id="mail alone, as chosen"),
    ],
)
def test_proxy_protocol_is_for_http_and_tls_if_there_are_any(
    ports: list[int], untold: dict[int, str]
) -> None:
    found = settled(ChosenOptions.parse("proxy-protocol=yes"), ports)

    assert found.untold == untold
    words = [f"proxy-protocol:{port}=no" for port in untold]
    assert found.options.words() == " ".join(["proxy-protocol=yes", *words])


def test_it_is_settled_once() -> None:
    first = settled(ChosenOptions.parse("mode=http health-path=/ok"), [80, 443, 22])

    again = settled(first.options, [80, 443, 22])

    assert again.options == first.options
    assert again.left_out == {}


def test_choice_for_a_port_that_is_gone_goes_with_it() -> None:
    assert settled(ChosenOptions.parse("mode:443=tcp mode:80=http"), [80]).options.words() == (
        "mode:80=http"
    )
