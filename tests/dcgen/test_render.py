"""`dcgen render`: HAProxy's configuration alone, from arguments as the hamba image takes them."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dcgen.cli import main
from tests.lab.ports import free_port
from tests.lb.processes import get, listener, needs, start_haproxy, start_replica


def run(words: str) -> Result:
    return CliRunner().invoke(main, ["render", *words.split()])


def servers(text: str) -> dict[str, list[str]]:
    """Return each listening address and the servers behind it."""
    pools = re.findall(r"^frontend .*\n +bind (.*)\n +default_backend (.*)$", text, re.MULTILINE)
    blocks = {block.split("\n", 1)[0]: block for block in text.split("\n\n")}
    return {
        bind: re.findall(r"^    server (.*)$", blocks[f"backend {name}"], re.MULTILINE)
        for bind, name in pools
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(
            "80 www1:1234 www2:2345",
            {":80": ["www1 www1:1234", "www2 www2:2345"]},
            id="colons",
        ),
        pytest.param(
            "80 www1 1234 www2 2345",
            {":80": ["www1 www1:1234", "www2 www2:2345"]},
            id="spaces",
        ),
        pytest.param("127.0.0.1:80 a:1", {"127.0.0.1:80": ["a a:1"]}, id="an address to listen on"),
        pytest.param(
            "80 a:1 -- 443 a:2 -- 81 b:3",
            {":80": ["a a:1"], ":443": ["a a:2"], ":81": ["b b:3"]},
            id="several ports",
        ),
        pytest.param(
            "192.0.2.1:80 a:1 -- 192.0.2.2:80 b:1",
            {"192.0.2.1:80": ["a a:1"], "192.0.2.2:80": ["b b:1"]},
            id="one port of two addresses",
        ),
    ],
)
def test_each_listening_address_leads_to_its_servers(
    words: str, expected: dict[str, list[str]]
) -> None:
    result = run(words)

    assert servers(result.stdout) == expected
    assert result.exit_code == 0


def test_options_shape_the_configuration() -> None:
    text = run("80 a:1 b:1 --mode http --balance random --name web --server-maxconn 3").stdout

    assert "\n    mode http\n" in text
    assert "\nbackend web-80\n    balance random\n" in text
    assert "\n    default-server maxconn 3\n" in text


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("80", id="no server"),
        pytest.param("80 www1", id="a server without a port"),
        pytest.param("http www1:80", id="no port"),
        pytest.param("80 a:1 -- 80 b:1", id="a port twice"),
        pytest.param("80 a:1 --", id="nothing after the separator"),
    ],
)
def test_what_is_no_route_is_a_usage_error_with_a_fix(words: str) -> None:
    result = run(words)

    assert result.exit_code == 2
    assert "\n  fix: " in result.stderr
    assert result.stdout == ""


@needs("haproxy")
def test_check_accepts_what_haproxy_accepts_although_no_name_resolves() -> None:
    assert run("80 www1.invalid:1 www2.invalid:2 -- 443 www1.invalid:1 --check").exit_code == 0


@needs("haproxy")
def test_check_refuses_what_haproxy_refuses() -> None:
    result = run("localhost.invalid:80 a:1 --check")

    assert result.exit_code == 1
    assert "localhost.invalid" in result.stderr


@needs("haproxy")
def test_haproxy_runs_what_is_printed(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        first, _ = start_replica("one", cleanup)
        second, _ = start_replica("two", cleanup)
        listening = listener(cleanup)
        text = run(f"80 {first} {second}").stdout
        text = text.replace("bind :80\n", f"bind fd@{listening.fileno()}\n")
        text = text.replace("/tmp/haproxy.sock", str(tmp_path / "admin"))
        text = text.replace("127.0.0.1:8405", f"127.0.0.1:{free_port()}")
        start_haproxy(text, tmp_path, cleanup, fds=[listening.fileno()])
        port = int(listening.getsockname()[1])

        assert {get(port)[1] for _ in range(10)} == {"one", "two"}
