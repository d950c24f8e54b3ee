"""What more than one scenario needs: both generations of Docker, and the source each reads."""

import pytest

from tests.e2e.coins import SOURCE
from tests.lab.lab import LOCAL, TODAY
from tests.lab.project import COMPOSE_1, COMPOSE_2

SOURCES = {
    COMPOSE_2: SOURCE / "compose.yml",
    COMPOSE_1: SOURCE / "v1" / "docker-compose.yml",
}

both_composes = pytest.mark.parametrize(
    "program",
    [pytest.param(COMPOSE_2, id="compose-2"), pytest.param(COMPOSE_1, id="compose-1")],
)

# The installed Engine 20.10 with Compose 2.26, and Debian's newest with its own Compose.
both_engines = pytest.mark.parametrize(
    "host", [pytest.param(LOCAL, id="engine-20"), pytest.param(TODAY, id="engine-of-today")]
)
