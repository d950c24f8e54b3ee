"""Where the new container of a service is to be, by where the old one is and what Compose made."""

from collections.abc import Callable

import pytest

from engine.docker.containers import Container, Site
from engine.docker.endpoints import Endpoint
from engine.live.handover import Handover, Patience, fixed
from engine.variant import Service

FRONT = Endpoint("front", "172.20.0.2", ("app", "shop"))
BACK = Endpoint("back", "172.21.0.2", ("app",))


@pytest.fixture
def handover(service: Callable[[str], Service]) -> Handover:
    site = Site(("docker", "compose"))
    old = Container("abc", "app", 1, title="shop-app-1")
    return Handover(site, service("{image: app}"), old, (), Patience())


@pytest.mark.parametrize(
    ("places", "made", "kept"),
    [
        pytest.param([FRONT], [Endpoint("front")], [FRONT], id="the same network"),
        pytest.param(
            [FRONT],
            [Endpoint("back"), Endpoint("front")],
            [Endpoint("back", "", ("app",)), FRONT],
            id="one more",
        ),
        pytest.param([BACK, FRONT], [Endpoint("front")], [FRONT], id="one less"),
        pytest.param(
            [FRONT],
            [Endpoint("front", aliases=("app", "www"))],
            [Endpoint("front", "172.20.0.2", ("app", "shop", "www"))],
            id="another alias",
        ),
        pytest.param(
            [Endpoint("front", "172.20.0.9", ("app",), "172.20.0.9")],
            [Endpoint("front", fixed="172.20.0.9")],
            [Endpoint("front", "172.20.0.9", ("app",), "172.20.0.9")],
            id="the address that the file asks for",
        ),
        pytest.param(
            [Endpoint("front", "172.20.0.9", ("app",), "172.20.0.9")],
            [Endpoint("front", fixed="172.20.0.7")],
            [Endpoint("front", "", ("app",), "172.20.0.7")],
            id="another address that the file asks for",
        ),
    ],
)
def test_it_is_where_compose_made_it_at_the_old_addresses(
    handover: Handover, places: list[Endpoint], made: list[Endpoint], kept: list[Endpoint]
) -> None:
    assert handover.kept(places, made) == kept


def test_the_old_one_asks_for_its_address_where_others_would_get_a_lower_one() -> None:
    still = [Endpoint("front", "172.20.0.2", ("app",), "172.20.0.2")]

    assert [one.fixed for one in fixed([BACK, FRONT], still)] == ["", "172.20.0.2"]
