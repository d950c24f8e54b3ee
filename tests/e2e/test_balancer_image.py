"""The balancer image of ``lb/``: arguments as hamba's, which generated v1 files rely on."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.lab import bases
from tests.lab.bundle import HAMBA
from tests.lab.engine import Engine
from tests.lab.lab import Lab
from tests.lab.project import fetch
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

SERVE = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sys.argv[1].encode())
http.server.HTTPServer(("", int(sys.argv[2])), Answer).serve_forever()
"""


@pytest.fixture
def site(lab: Lab) -> Iterator[Engine]:
    """Give an Engine with a network "site", on which www1:1234 and www2:2345 say their names."""
    engine = lab.engine("local")
    with ExitStack() as cleanup:
        engine.docker("network create site")
        cleanup.callback(engine.docker, "network rm site")
        for name, port in (("www1", "1234"), ("www2", "2345")):
            run = f"run --detach --name {name} --network site {bases.python()} python -c"
            engine.docker(run, SERVE, name, port)
            cleanup.callback(engine.docker, f"rm --force {name}")
        yield engine


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("80 www1:1234 www2:2345", id="pairs with a colon"),
        pytest.param("80 www1 1234 www2 2345", id="pairs with a space"),
    ],
)
def test_both_spellings_balance_two_servers_on_port_80(site: Engine, arguments: str) -> None:
    with ExitStack() as cleanup:
        run = f"run --detach --name balancer --network site --publish 8090:80 {HAMBA} {arguments}"
        cleanup.callback(site.docker, "rm --force --volumes balancer")
        site.docker(run)
        ask = f"http://{site.address}:8090/"

        def both_answer() -> bool:
            try:
                return {fetch(ask), fetch(ask)} == {b"www1", b"www2"}
            except OSError:
                return False

        until(both_answer, "both servers answer through the balancer")
        answers = Counter(fetch(ask) for _ in range(20))

        assert answers == {b"www1": 10, b"www2": 10}


def test_both_spellings_make_the_same_configuration(site: Engine) -> None:
    show = f"run --rm --network site {HAMBA} showconfig"

    with_colons = site.docker(f"{show} 80 www1:1234 www2:2345")

    assert "1234" in with_colons
    assert site.docker(f"{show} 80 www1 1234 www2 2345") == with_colons
