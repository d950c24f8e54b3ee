"""The arguments of the hamba image, written and read."""

import pytest

from faults import UsageError
from lb.arguments import Route, arguments, parse
from lb.model import Address

WWW = (Address("www1", 1234), Address("www2", 2345))


def test_arguments_are_a_port_and_its_servers() -> None:
    assert arguments(80, WWW) == "80 www1:1234 www2:2345"


@pytest.mark.parametrize(
    ("words", "routes"),
    [
        pytest.param("80 www1:1234 www2:2345", [Route(80, ":80", WWW)], id="host:port"),
        pytest.param("80 www1 1234 www2 2345", [Route(80, ":80", WWW)], id="host port"),
        pytest.param("80 www1 1234 www2:2345", [Route(80, ":80", WWW)], id="both"),
        pytest.param(
            "127.127.0.2:80 www1:1234 www2:2345",
            [Route(80, "127.127.0.2:80", WWW)],
            id="an address to listen on",
        ),
        pytest.param("*:80 www1:1234 www2:2345", [Route(80, ":80", WWW)], id="any address"),
        pytest.param("[::1]:80 www1:1234 www2:2345", [Route(80, "[::1]:80", WWW)], id="IPv6"),
        pytest.param(
            "80 www1:1234 www2:2345 -- 443 www1:443",
            [Route(80, ":80", WWW), Route(443, ":443", (Address("www1", 443),))],
            id="two listening ports",
        ),
    ],
)
def test_both_spellings_of_the_workshop_are_read(words: str, routes: list[Route]) -> None:
    assert list(parse(words.split())) == routes


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param("", "'' is not a port and at least one server", id="nothing"),
        pytest.param("80", "'80' is not a port and at least one server", id="no server"),
        pytest.param("80 www1", "'www1' has no port", id="no port"),
        pytest.param("80 www1:1 www2", "'www2' has no port", id="no port at the end"),
        pytest.param("http www1:1", "'http' is not a port", id="a word for a port"),
        pytest.param("0 www1:1", "0", id="port 0"),
        pytest.param("80 www1:1 --", "'' is not a port", id="nothing after the separator"),
        pytest.param("80 a:1 -- 80 b:1", "':80' is listened on twice", id="the same port twice"),
    ],
)
def test_arguments_that_say_nothing_sensible_are_refused(words: str, message: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse(words.split())

    assert message in str(refusal.value)
