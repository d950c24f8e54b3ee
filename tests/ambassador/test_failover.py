"""Several upstreams in real processes: one Redis at a time, and only a master."""

from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from ambassador.access import Access
from lb.model import Address
from tests.ambassador.redises import connect, start_ambassador, start_redis
from tests.lab.waiting import until
from tests.lb.processes import needs, wait_for_status

pytestmark = [needs("haproxy"), needs("redis-server")]
FIRST, SECOND = "redis-6379,127.0.0.1", "redis-6379,127.0.0.1-2"


def replica_of(master: Address) -> tuple[str, ...]:
    return ("--replicaof", master.host, str(master.port))


def test_replica_is_down_and_its_master_serves(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        master = start_redis(cleanup, tmp_path)
        replica = start_redis(cleanup, tmp_path, *replica_of(master))
        port = start_ambassador([replica, master], tmp_path, cleanup)
        wait_for_status(tmp_path / "admin", FIRST, "DOWN", check="L7RSP")

        assert connect(port, cleanup).info("replication")["role"] == "master"


def test_role_is_known_at_once_not_after_the_time_out(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        master = start_redis(cleanup, tmp_path)
        replica = start_redis(cleanup, tmp_path, *replica_of(master))
        start_ambassador([master, replica], tmp_path, cleanup)

        wait_for_status(tmp_path / "admin", FIRST, "UP", check="L7OK")
        wait_for_status(tmp_path / "admin", SECOND, "DOWN", check="L7RSP")


def test_promoted_replica_takes_over(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        first = start_redis(cleanup, tmp_path)
        second = start_redis(cleanup, tmp_path, *replica_of(first))
        port = start_ambassador([first, second], tmp_path, cleanup)
        wait_for_status(tmp_path / "admin", SECOND, "DOWN", check="L7RSP")
        client = connect(port, cleanup)
        client.set("coins", 7)
        promoted, demoted = connect(second.port, cleanup), connect(first.port, cleanup)
        until(lambda: promoted.get("coins") == b"7", "the replica has it")

        promoted.execute_command("REPLICAOF", "NO", "ONE")
        demoted.execute_command("REPLICAOF", second.host, str(second.port))
        wait_for_status(tmp_path / "admin", FIRST, "DOWN")

        # Nobody may go on with what is no master any more.
        with pytest.raises(redis.ConnectionError):
            client.set("coins", 8)
        until(lambda: _set(port, cleanup), "the second one takes writes")
        assert promoted.get("coins") == b"9"


def _set(port: int, cleanup: ExitStack) -> bool:
    try:
        return bool(connect(port, cleanup).set("coins", 9))
    except redis.RedisError:
        return False


def test_two_masters_never_share_the_writes(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        first, second = start_redis(cleanup, tmp_path), start_redis(cleanup, tmp_path)
        port = start_ambassador([first, second], tmp_path, cleanup)
        wait_for_status(tmp_path / "admin", FIRST, "UP", check="L7OK")
        wait_for_status(tmp_path / "admin", SECOND, "UP", check="L7OK")

        for _ in range(20):
            connect(port, cleanup).incr("coins")

        assert connect(first.port, cleanup).get("coins") == b"20"
        assert connect(second.port, cleanup).get("coins") is None


def test_role_is_known_behind_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_PASSWORD", "secret")
    words = ("--requirepass", "secret")
    with ExitStack() as cleanup:
        master = start_redis(cleanup, tmp_path, *words)
        replica = start_redis(cleanup, tmp_path, *words, *replica_of(master))
        access = Access(auth_env="REDIS_PASSWORD")
        start_ambassador([replica, master], tmp_path, cleanup, access)

        wait_for_status(tmp_path / "admin", FIRST, "DOWN", check="L7RSP")
        wait_for_status(tmp_path / "admin", SECOND, "UP", check="L7OK")


def test_redises_that_tell_nobody_their_role_still_stand_in_for_each_other(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        words = ("--requirepass", "secret")
        upstreams = [start_redis(cleanup, tmp_path, *words) for _ in (1, 2)]
        start_ambassador(upstreams, tmp_path, cleanup)

        wait_for_status(tmp_path / "admin", FIRST, "UP", check="L7OK")
        wait_for_status(tmp_path / "admin", SECOND, "UP", check="L7OK")
