"""What more than one scenario needs: both generations of Compose, and the source each reads."""

import pytest

from tests.e2e.coins import SOURCE
from tests.lab.bundle import HAMBA, contexts
from tests.lab.project import COMPOSE_1, COMPOSE_2

SOURCES = {
    COMPOSE_2: SOURCE / "compose.yml",
    COMPOSE_1: SOURCE / "v1" / "docker-compose.yml",
}

both_composes = pytest.mark.parametrize(
    "program",
    [pytest.param(COMPOSE_2, id="compose-2"), pytest.param(COMPOSE_1, id="compose-1")],
)

# A balancer in the v1 format is the image of lb/; no file of ours makes it until then.
needs_balancer_image = pytest.mark.skipif(
    HAMBA not in contexts(), reason="lb/ has no Dockerfile yet, and no registry is in reach"
)
both_composes_with_a_balancer = pytest.mark.parametrize(
    "program",
    [
        pytest.param(COMPOSE_2, id="compose-2"),
        pytest.param(COMPOSE_1, id="compose-1", marks=needs_balancer_image),
    ],
)
