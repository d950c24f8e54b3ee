"""A Redis outside any project, on one of the lab's hosts."""

from dataclasses import dataclass

import redis

from tests.lab.engine import Engine
from tests.lab.waiting import until


@dataclass(frozen=True, slots=True)
class RemoteRedis:
    """A Redis in the container *name* on *engine*, published on *port* of that host."""

    engine: Engine
    name: str
    port: int
    password: str = ""

    @property
    def upstream(self) -> str:
        """Return where it is: ``host:port``."""
        return f"{self.engine.address}:{self.port}"

    def answers(self) -> bool:
        """Return whether it answers a PING."""
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def hashes(self) -> int | None:
        """Return the counter; None while there is no answer."""
        try:
            with self._client() as client:
                return int(str(client.get("hashes") or 0))
        except redis.RedisError:
            return None

    def told(self) -> dict[str, int]:
        """Return the units that each worker has told in all, by the worker's name."""
        return {name: int(said.split()[1]) for name, said in self._of_workers("told", "get")}

    def flushes(self) -> dict[str, int]:
        """Return the number of each worker's last flush, whether it told anything new or not."""
        return {name: int(seq) for name, seq in self._of_workers("worker", "hget", "seq")}

    def _of_workers(self, kind: str, ask: str, *words: str) -> list[tuple[str, str]]:
        with self._client() as client:
            keys = [str(key) for key in client.keys(f"dockercoins:{kind}:*")]
            return [
                (key.rpartition(":")[2], str(client.execute_command(ask, key, *words)))
                for key in keys
            ]

    def _client(self) -> redis.Redis:
        return redis.Redis(
            self.engine.address,
            self.port,
            password=self.password or None,
            decode_responses=True,
            socket_timeout=2,
        )


def start(
    engine: Engine,
    name: str,
    publish: str = "--publish-all",
    password: str = "",
    options: str = "",
) -> RemoteRedis:
    """Start a Redis on *engine* and return it once it answers.

    Args:
        engine: The host that is to run it.
        name: The container's name.
        publish: ``--publish-all`` for a port of Docker's choice, or ``--publish 6379:6379``.
        password: What clients must send; empty for none.
        options: More options of redis-server.
    """
    options += f" --requirepass {password}" if password else ""
    more = f"redis-server {options}" if options else ""
    engine.docker(f"run --detach --name {name} {publish} redis {more}")
    published = engine.docker(f"port {name} 6379").split()[0]
    found = RemoteRedis(engine, name, int(published.rpartition(":")[2]), password)
    until(found.answers, f"{name} answers on {found.upstream}")
    return found
