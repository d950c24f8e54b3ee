"""What more than one scenario needs: both generations of Docker, and the source each reads.

Each Engine runs every kind of scenario, but not every pair of Engine and parameter: that takes as
long again. What is marked as a `repetition` shows in another way what others show. ``make e2e
PAIRS=all`` runs all pairs and all repetitions.
"""

import os
from itertools import cycle, product

import pytest

from tests.e2e.coins import SOURCE
from tests.lab.lab import LOCAL, TODAY
from tests.lab.project import COMPOSE_1, COMPOSE_2

SOURCES = {
    COMPOSE_2: SOURCE / "compose.yml",
    COMPOSE_1: SOURCE / "v1" / "docker-compose.yml",
}

_COMPOSES = {COMPOSE_2: "compose-2", COMPOSE_1: "compose-1"}
# The installed Engine 20.10 with Compose 2.26, and Debian's newest with its own Compose.
_ENGINES = {LOCAL: "engine-20", TODAY: "engine-of-today"}
_ALL_PAIRS = os.environ.get("PAIRS") == "all"

repetition = pytest.mark.skipif(not _ALL_PAIRS, reason="others show it; run it with PAIRS=all")


def engines_in_turn(names: str, values: dict[str, object]) -> pytest.MarkDecorator:
    """Parametrize ``host`` and *names*: the *values*, by their ids, on one Engine and the other."""
    turns = product(values, _ENGINES) if _ALL_PAIRS else zip(values, cycle(_ENGINES), strict=False)
    pairs = [
        pytest.param(host, values[name], id=f"{name}-{_ENGINES[host]}") for name, host in turns
    ]
    return pytest.mark.parametrize(("host", names), pairs)


def compose(program: str) -> pytest.MarkDecorator:
    """Parametrize ``program`` with this generation of Compose; with both for all pairs."""
    return _one("program", _COMPOSES, program)


def engine(host: str) -> pytest.MarkDecorator:
    """Parametrize ``host`` with this one: what takes long, and what others show of the other."""
    return _one("host", _ENGINES, host)


def _one(name: str, known: dict[str, str], chosen: str) -> pytest.MarkDecorator:
    values = known if _ALL_PAIRS else (chosen,)
    return pytest.mark.parametrize(name, [pytest.param(one, id=known[one]) for one in values])
