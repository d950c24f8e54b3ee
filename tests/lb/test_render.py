"""The text of a configuration: what HAProxy says about it, and what can never get into it."""

import re
import subprocess
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faults import UserError
from lb.balancer import balancer
from lb.model import Address, Check, Configuration, Control, Names, Options, Proxy, Server, Step
from lb.render import HEADER, render
from tests.lb.processes import needs

LOCAL = [Address("localhost", port) for port in (81, 82, 83)]
NUMBERS = [Address("127.0.0.1", 81), Address("::1", 82)]

OPTIONS = [
    "",
    "mode=http",
    "mode=http sticky=yes server-maxconn=1 health-path=/healthz?full=1",
    "sticky=yes balance=source server-maxconn=1 health-path=/",
    "mode=http timeout-server=0.5 timeout-queue=2 timeout-connect=1.25 timeout-tunnel=10",
    "timeout-client=1 timeout-server=1",
    "balance=random maxconn=100000 threads=4 log=access",
    "health-path=/ok health-interval=30 health-timeout=10",
    "mode=http retry=no proxy-protocol=yes bufsize=32768 maxhdr=200",
    "mode=http timeout-http-request=60 timeout-http-keep-alive=0.5",
    "proxy-protocol=yes health-path=/ok",
    "mode=tcp sticky=yes proxy-protocol=yes",
    "mode=h2c health-path=/ok sticky=yes timeout-client=5",
    "mode=h2c health-path=/ok health-port=8081",
    "mode=http sticky=yes mode:80=tcp health-path:81=/ok",
    "mode=tcp mode:80=h2c server-maxconn:80=1 proxy-protocol=yes proxy-protocol:80=no",
    "balance=first mode=http log=access stats=8404",
]


def verdict(text: str) -> str:
    # Zero-warning mode: a directive that HAProxy ignores or doubts is refused.
    run = subprocess.run(
        ["haproxy", "-dW", "-c", "-f", "/dev/stdin"],
        input=text,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return run.stderr if run.returncode else "accepted"


@needs("haproxy")
@pytest.mark.parametrize("words", OPTIONS)
@pytest.mark.parametrize("names", ["dns", "hosts"])
@pytest.mark.parametrize(
    "servers",
    [
        pytest.param({80: LOCAL}, id="three names"),
        pytest.param({80: LOCAL[:1], 8405: LOCAL}, id="two ports"),
        pytest.param({80: NUMBERS}, id="addresses"),
    ],
)
def test_haproxy_accepts_it_without_a_warning(
    words: str, names: Names, servers: dict[int, list[Address]]
) -> None:
    text = render(balancer("rng", servers, options=Options.parse(words), names=names))

    assert verdict(text) == "accepted"


@needs("haproxy")
@pytest.mark.parametrize("words", OPTIONS)
def test_haproxy_accepts_slots_that_dns_fills_without_a_warning(words: str) -> None:
    options = Options.parse(words)
    text = render(balancer("rng", {80: LOCAL[:1]}, options=options, slots=8))

    assert verdict(text) == "accepted"


@needs("haproxy")
def test_haproxy_accepts_it_without_any_way_to_control_it() -> None:
    control = Control(health_port=None, socket=None)

    assert verdict(render(balancer("rng", {80: LOCAL}, control=control))) == "accepted"


@needs("haproxy")
def test_haproxy_would_notice_a_directive_that_it_ignores() -> None:
    text = render(balancer("rng", {80: LOCAL})) + "    no log\n"

    assert "log format ignored for frontend 'health'" in verdict(text)


def test_equal_configurations_have_equal_text() -> None:
    one = balancer("rng", {80: LOCAL, 81: LOCAL})
    other = balancer("rng", {80: LOCAL, 81: LOCAL})

    assert render(one) == render(other)


def test_text_begins_with_the_header_and_ends_with_one_newline() -> None:
    text = render(balancer("rng", {80: LOCAL}))

    assert text.startswith(f"{HEADER}\n")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r"[ \t]\n|\n\n\n", text)


@pytest.mark.parametrize("words", OPTIONS)
def test_resolvers_always_accept_large_answers(words: str) -> None:
    text = render(balancer("rng", {80: LOCAL}, options=Options.parse(words)))

    # With 512 bytes, the default, some 20 replicas are too many for one answer: all go down.
    assert text.count("\nresolvers ") == text.count("    accepted_payload_size 8192\n") == 1


@pytest.mark.parametrize(
    ("addresses", "names"),
    [
        pytest.param(LOCAL, "hosts", id="names in /etc/hosts"),
        pytest.param(NUMBERS, "dns", id="nothing to resolve"),
    ],
)
def test_resolvers_are_left_out_where_nothing_is_resolved(
    addresses: list[Address], names: Names
) -> None:
    assert "resolve" not in render(balancer("rng", {80: addresses}, names=names))


def test_listening_address_is_that_of_the_caller() -> None:
    text = render(balancer("rng", {80: LOCAL, 81: LOCAL}, binds={80: "127.0.0.1:34567"}))

    assert re.findall(r"\n    bind (.*)", text)[:2] == ["127.0.0.1:34567", ":81"]


def sabotaged(value: str) -> list[Configuration]:
    """Return configurations that carry *value* past the model, wherever text can be."""
    whole = balancer("rng", {80: LOCAL}, options=Options(mode="http", sticky=True))
    (proxy,) = whole.proxies
    server, address = proxy.servers[0], Address("host", 80)
    object.__setattr__(address, "host", value)
    named = replace(server)
    object.__setattr__(named, "name", value)
    proxies: list[Proxy] = [
        replace(proxy, servers=(replace(server, address=address),)),
        replace(proxy, servers=(named,)),
        replace(proxy, check=Check(http_path=value)),
    ]
    for field in ("name", "bind"):
        proxies.append(replace(proxy))
        object.__setattr__(proxies[-1], field, value)
    return [
        *(replace(whole, proxies=(each,)) for each in proxies),
        replace(whole, control=Control(socket=value)),
    ]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a b", id="space"),
        pytest.param("a\nbind :22", id="newline"),
        pytest.param("a\r", id="carriage return"),
        pytest.param("a\tb", id="tab"),
        pytest.param('"', id="double quote"),
        pytest.param("'", id="single quote"),
        pytest.param("a#b", id="comment"),
        pytest.param("a\\", id="backslash"),
        pytest.param("$HOME", id="variable"),
        pytest.param("\x00", id="control character"),
        pytest.param("a\u2028b", id="line separator"),
        pytest.param("\u00a0", id="space that is not ASCII"),
    ],
)
def test_value_that_is_not_one_word_is_refused_wherever_it_stands(value: str) -> None:
    for configuration in sabotaged(value):
        with pytest.raises(UserError, match="cannot be one word"):
            render(configuration)


@given(st.text(max_size=12))
@example("::")
def test_any_host_is_refused_or_stays_one_word(host: str) -> None:
    try:
        address = Address(host, 80)
    except UserError:
        return

    text = render(balancer("rng", {80: [address]}, names="hosts"))

    assert [line.split() for line in text.splitlines() if line.startswith("    server")] == [
        ["server", address.host.strip(":").replace(":", "-") or "any", str(address)]
    ]


@given(st.text(st.characters(max_codepoint=126), max_size=20))
def test_question_of_a_health_check_stays_on_its_line(text: str) -> None:
    plain = Proxy("rng-80", ":80", (Server("rng1", Address("rng1", 80)),), check=Check((Step(""),)))
    asking = replace(plain, check=Check(steps=(Step(send=text),)))

    try:
        rendered = render(Configuration((asking,)))
    except UserError:
        return

    assert rendered.count("\n") == render(Configuration((plain,))).count("\n")
