"""What `dcgen lb reload` says of the connections that it leaves open."""

import pytest

from dcgen.commands.lb.reload import kept
from engine.hosts import DEFAULT_HOST
from engine.live.reload import Reloaded

STAY = "; open connections that stay with the old worker: 3"


@pytest.mark.parametrize(
    ("left", "left_for", "spread", "said"),
    [
        pytest.param(0, "5s", False, "", id="none is open"),
        pytest.param(3, "", False, f"{STAY}, until they end", id="no time is set"),
        pytest.param(3, "5s", True, f"{STAY}, ended one after the other within 5s", id="spread"),
        pytest.param(
            3,
            "5s",
            False,
            f"{STAY}, all ended after 5s: its image has no perl to end them one by one",
            id="no perl",
        ),
    ],
)
def test_reload_says_what_becomes_of_open_connections(
    left: int, left_for: str, said: str, *, spread: bool
) -> None:
    one = Reloaded(
        "rng-1",
        DEFAULT_HOST,
        changed=True,
        after_s=1.0,
        left=left,
        left_for=left_for,
        spread=spread,
    )

    assert kept(one) == said
