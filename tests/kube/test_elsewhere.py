"""DockerCoins, whose Redis is outside of the cluster, by each way that leads there."""

from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.e2e.coins import measure
from tests.e2e.report import Notebook
from tests.kube.cluster import Cluster, names_outside
from tests.kube.coins import Coins
from tests.kube.outside import redis_outside

pytestmark = pytest.mark.kubernetes

NAME, PORT, OTHER_PORT = "db.example", 6379, 16379
UNITS = 5


@dataclass(frozen=True, slots=True)
class Way:
    """How Redis is reached: by the *variant*, and as *words* for ``dcgen kubernetes`` choose."""

    variant: str
    words: str = ""
    port: int = OTHER_PORT

    def manifests(self, coins: Coins, address: str) -> str:
        """Return DockerCoins' manifests, for a Redis at *address*."""
        variant = self.variant.replace("ADDRESS", address).split()
        return coins.manifests(variant, words=self.words.split())


ADDRESS = Way("extra-hosts redis=ADDRESS", port=PORT)
SERVICE = Way(f"ambassador redis=ADDRESS:{OTHER_PORT}", "--ambassador service")
ALIAS = Way(f"ambassador redis={NAME}:{PORT}", "--ambassador service", PORT)
HAPROXY = Way(f"ambassador redis={NAME}:{OTHER_PORT}", "--ambassador deployment")
SIDECAR = Way(f"ambassador redis={NAME}:{OTHER_PORT}", "--ambassador sidecar")


@pytest.mark.parametrize(
    ("way", "made"),
    [
        pytest.param(ADDRESS, {"service/redis"}, id="a Service, by extra-hosts"),
        pytest.param(SERVICE, {"service/redis"}, id="a Service, to another port"),
        pytest.param(ALIAS, {"service/redis"}, id="a Service, to a name"),
        pytest.param(HAPROXY, {"service/redis", "deployment.apps/redis"}, id="HAProxy"),
        pytest.param(SIDECAR, set(), id="HAProxy beside each program"),
    ],
)
def test_workers_count_in_a_redis_outside_of_the_cluster(
    way: Way, made: set[str], cluster: Cluster, coins: Coins, notebook: Notebook, cleanup: ExitStack
) -> None:
    outside = cleanup.enter_context(redis_outside(cluster, way.port))
    cleanup.enter_context(names_outside(cluster, {NAME: outside.address}))
    coins.kubectl.apply(way.manifests(coins, outside.address))
    coins.kubectl.wait_until_available()
    speed = measure(outside.hashes, UNITS, 60)

    kinds = coins.kubectl("get services,deployments,statefulsets --output name").split()
    notebook.note_speed("units counted there", speed.per_second)
    assert {one for one in kinds if one.endswith("/redis")} == made
