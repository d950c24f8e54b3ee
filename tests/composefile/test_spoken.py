"""What a Compose file says about what its ports speak."""

from typing import Any

import pytest

from composefile.ports import read
from composefile.spoken import spoken


def said(
    *entries: Any,
    labels: dict[str, str] | None = None,
    variables: dict[str, str] | None = None,
    image: str = "",
) -> dict[int, str]:
    ports = [port for entry in entries for port in read(entry)]
    return spoken(ports, labels or {}, variables or {}, image)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("80", id="a number"),
        pytest.param("8443:443", id="a number that is known elsewhere"),
        pytest.param({"target": "80", "name": "web"}, id="a name that is no protocol"),
        pytest.param({"target": "80", "protocol": "udp", "app_protocol": "dns"}, id="UDP"),
    ],
)
def test_nothing_is_said(entry: Any) -> None:
    assert said(entry) == {}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param({"target": "9", "app_protocol": "gRPC"}, {9: "grpc"}, id="app_protocol"),
        pytest.param({"target": "9", "name": "https"}, {9: "https"}, id="name"),
        pytest.param(
            {"target": "9", "name": "https", "app_protocol": "http"}, {9: "http"}, id="both"
        ),
        pytest.param("443:9", {9: "https"}, id="published where TLS is"),
        pytest.param("22:2200", {2200: "ssh"}, id="published where SSH is"),
        pytest.param(
            {"target": "9", "published": "443", "app_protocol": "http"},
            {9: "http"},
            id="published so, and said otherwise",
        ),
    ],
)
def test_port_says_what_it_speaks(entry: Any, expected: dict[int, str]) -> None:
    assert said(entry) == expected


SERVER = "loadbalancer.server"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({f"traefik.http.services.a.{SERVER}.port": "9"}, {9: "http"}, id="HTTP"),
        pytest.param({f"traefik.tcp.services.a.{SERVER}.port": "9"}, {9: "tcp"}, id="TCP"),
        pytest.param(
            {
                f"traefik.http.services.a.{SERVER}.port": "9",
                f"traefik.http.services.a.{SERVER}.scheme": "h2c",
                f"traefik.http.services.b.{SERVER}.port": "8",
            },
            {9: "h2c", 8: "http"},
            id="a scheme",
        ),
        pytest.param(
            {f"traefik.http.services.a.{SERVER}.scheme": "https"}, {7: "https"}, id="the one port"
        ),
        pytest.param({"caddy.reverse_proxy": "{{upstreams h2c 9}}"}, {9: "h2c"}, id="Caddy"),
        pytest.param({"caddy.reverse_proxy": "{{upstreams 9}}"}, {9: "http"}, id="Caddy, HTTP"),
        pytest.param({"traefik.enable": "true"}, {}, id="nothing of it"),
    ],
)
def test_labels_for_a_proxy_say_what_it_is_to_speak(
    labels: dict[str, str], expected: dict[int, str]
) -> None:
    assert said("7", labels=labels) == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({"VIRTUAL_PORT": "9"}, {}, id="no host"),
        pytest.param({"VIRTUAL_HOST": "a"}, {7: "http"}, id="the one port"),
        pytest.param(
            {"VIRTUAL_HOST": "a", "VIRTUAL_PORT": "9", "VIRTUAL_PROTO": "grpc"},
            {9: "grpc"},
            id="a protocol",
        ),
    ],
)
def test_variables_for_nginx_proxy_do_so_too(
    variables: dict[str, str], expected: dict[int, str]
) -> None:
    assert said("7", variables=variables) == expected


def test_image_says_what_its_ports_speak_unless_the_file_does() -> None:
    image = "docker.io/clickhouse/clickhouse-server:25.3"

    assert said("8123", "9000", image=image) == {9000: "ClickHouse"}
    assert said({"target": "9000", "app_protocol": "http"}, image=image) == {9000: "http"}
