"""A Redis in the network of the cluster's nodes, on none of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from tests.kube.cluster import OUTSIDE, Cluster, beside
from tests.lab.waiting import until


@dataclass(frozen=True, slots=True)
class RedisOutside:
    """A Redis at *address*, for those in the cluster, too."""

    address: str
    redis: Redis

    def hashes(self) -> int | None:
        """Return DockerCoins' counter; None while Redis does not answer."""
        try:
            return int(self.redis.get("hashes") or 0)
        except RedisError:
            return None


@contextmanager
def redis_outside(cluster: Cluster, port: int) -> Iterator[RedisOutside]:
    """Run a Redis at *port* outside of *cluster* for as long as the block."""
    address = cluster.address(OUTSIDE)
    words = ("--port", str(port), "--bind", address, "--protected-mode", "no", "--save", "")
    with beside(cluster, "redis-server", *words):
        found = RedisOutside(address, Redis(host=address, port=port, decode_responses=True))
        until(lambda: found.hashes() is not None, "Redis answers")
        yield found
