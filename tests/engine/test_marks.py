"""What is said to have changed between two looks at a host."""

from dataclasses import replace

import pytest

from engine.top.marks import marks
from engine.top.samples import Member, Seen, Traffic

UP = Traffic("UP", "L4OK", "192.0.2.7:80")
RNG1, RNG2, RNG3 = (Member("", "rng", f"rng{n}", "replica", traffic=UP) for n in (1, 2, 3))
REDIS = Member("", "redis", "redis1", "upstream", state="", traffic=UP)


def _became(member: Member, status: str) -> Member:
    return replace(member, traffic=Traffic(status, "", "192.0.2.7:80"))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param([RNG1], [RNG1], [], id="nothing"),
        pytest.param([RNG1], [_became(RNG1, "UP 1/3")], [], id="a check that fails once"),
        pytest.param([RNG1], [replace(RNG1, health="healthy")], [], id="it became healthy"),
        pytest.param([RNG1], [RNG1, RNG2, RNG3], ["scaled 1 → 3"], id="scaled"),
        pytest.param([RNG1, RNG2], [], ["scaled 2 → 0"], id="gone"),
        pytest.param([RNG1], [_became(RNG1, "DRAIN")], ["rng1 drained"], id="drained"),
        pytest.param([_became(RNG1, "DRAIN")], [RNG1], ["rng1 ready"], id="ready"),
        pytest.param([RNG1], [_became(RNG1, "DOWN")], ["rng1 down"], id="down"),
        pytest.param([_became(RNG1, "DOWN")], [RNG1], ["rng1 up"], id="up"),
        pytest.param([RNG1], [replace(RNG1, state="exited")], ["rng1 stopped"], id="stopped"),
        pytest.param([RNG1], [replace(RNG1, restarts=1)], ["rng1 restarted"], id="restarted"),
        pytest.param([RNG1], [replace(RNG1, health="unhealthy")], ["rng1 unhealthy"], id="ill"),
        pytest.param([REDIS], [_became(REDIS, "DOWN")], ["redis1 down"], id="an upstream"),
        pytest.param(
            [REDIS],
            [replace(REDIS, traffic=Traffic("UP", "", "192.0.2.9:6379"))],
            ["retargeted to 192.0.2.9:6379"],
            id="retargeted",
        ),
    ],
)
def test_a_change_is_said_in_the_words_of_who_changes_it(
    before: list[Member], after: list[Member], said: list[str]
) -> None:
    found = marks(Seen("", 1, tuple(before)), Seen("", 2, tuple(after)), 1700000000)

    assert [mark.what for mark in found] == said
    assert {mark.at_s for mark in found} <= {1700000000}
