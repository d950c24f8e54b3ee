"""What is chosen for all ports of a service, by what the file says that each of them speaks."""

import pytest

from faults import UsageError
from lb.options import ChosenOptions
from tests.generator.compose import Made, scale

FORGE = """
    services:
      forge:
        image: forge
        ports:
          - "80:3000"
          - "443:8443"
          - "22:22"
          - target: 9000
            app_protocol: grpc
"""


def scaled(words: str, source: str = FORGE) -> Made:
    return scale(source, "forge", options=ChosenOptions.parse(words))


def options(made: Made) -> str:
    return made.value("forge", "labels").get("dcgen.options", "")


def said(made: Made) -> list[str]:
    """Return the warnings about what the ports of ``forge`` speak."""
    found = [line.partition(": ")[2] for line in made.warnings]
    return [line for line in found if " not for " in line or "speaks" in line]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("", "mode:9000=h2c", id="nothing"),
        pytest.param("mode=http", "mode=http mode:22=tcp mode:8443=tcp mode:9000=h2c", id="a mode"),
        pytest.param("health-path=/ok", "health-path:3000=/ok mode:9000=h2c", id="a health path"),
        pytest.param("mode=tcp", "", id="connections"),
    ],
)
def test_each_port_has_what_it_speaks(words: str, expected: str) -> None:
    assert options(scaled(words)) == expected


@pytest.mark.parametrize(
    ("words", "warning"),
    [
        pytest.param(
            "mode=http",
            "`--mode` is not for 22 (SSH) and 8443 (TLS) of 'forge': connections are balanced"
            " there",
            id="a mode",
        ),
        pytest.param(
            "mode=http health-path=/ok server-maxconn=3",
            "`--mode`, `--health-path` and `--server-maxconn` are not for 22 (SSH) and 8443 (TLS)"
            " of 'forge': connections are balanced there",
            id="several",
        ),
        pytest.param(
            "sticky=yes",
            "`--sticky` is not for 22 (SSH) and 8443 (TLS) of 'forge': connections are balanced"
            " there, by client address",
            id="a cookie",
        ),
        pytest.param(
            "mode=tcp proxy-protocol=yes",
            "`--proxy-protocol` is not for 22 (SSH) of 'forge'",
            id="the PROXY protocol",
        ),
        pytest.param(
            "",
            "port 9000 of 'forge' speaks HTTP/2 without TLS, by what the file says of it: its"
            " requests are balanced, not its connections",
            id="gRPC",
        ),
    ],
)
def test_one_line_says_what_is_not_for_a_port(words: str, warning: str) -> None:
    assert said(scaled(words)) == [warning]


def test_it_is_said_once() -> None:
    again = scale(scaled("mode=http").text, "forge", 3)

    assert options(again) == "mode=http mode:22=tcp mode:8443=tcp mode:9000=h2c"
    assert said(again) == []


def test_port_that_is_not_balanced_is_refused() -> None:
    chosen = ChosenOptions.parse("mode:8080=http")

    with pytest.raises(UsageError, match="port 8080 of 'forge' is not balanced") as caught:
        scale(FORGE, "forge", options=chosen)

    assert caught.value.fix == "give one of its ports: 3000, 22, 8443, 9000"


def test_configuration_has_a_section_for_each_mode() -> None:
    text = scaled("mode=http").text

    assert text.count("defaults\n") == 2
    assert text.count("default-server proto h2") == 1


@pytest.mark.parametrize("lb_config", ["inline", "file", "args"])
def test_it_holds_however_haproxy_gets_it(lb_config: str) -> None:
    made = scale(
        FORGE,
        "forge",
        options=ChosenOptions.parse("mode=http"),
        lb_config=lb_config,
        lb_image="dcgen/hamba" if lb_config == "args" else None,
    )

    expected = "mode=http mode:22=tcp mode:8443=tcp mode:9000=h2c"
    assert options(made) == expected
    if lb_config == "args":
        assert made.value("forge", "environment") == {"DCGEN_OPTIONS": expected}
