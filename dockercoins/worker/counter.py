"""The counter in Redis: what a worker has done in all, told once a second.

A flush tells totals, not amounts, and ``count.lua`` adds what Redis did not know in one step. So
it may be sent again when its answer is lost, arrive late or twice, or reach a Redis that went
back to an older state: each unit and each coin is there once.
"""

import contextlib
import itertools
import logging
import os
import secrets
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING or __package__:
    from dockercoins.worker.account import Account, Totals
    from dockercoins.worker.connection import CONNECT_TIMEOUT_S, FIRST_WAIT_S, TCP_OPTIONS, Outage
else:  # in the image they are beside this file
    from account import Account, Totals
    from connection import CONNECT_TIMEOUT_S, FIRST_WAIT_S, TCP_OPTIONS, Outage

COUNT = Path(__file__).with_name("count.lua").read_text(encoding="utf-8")
REPORT = Path(__file__).with_name("report.lua").read_text(encoding="utf-8")
FLUSH_EVERY_S = 1.0
REDIS_TIMEOUT_S = 2.0
# A new connection may lead nowhere, as an ambassador's does that is still trying: it has to answer
# sooner. But for every 20th, lest a Redis that takes longer than that is never told anything.
FIRST_ANSWER_S, PATIENT_EVERY = 0.4, 20
EXPIRES_S = 24 * 60 * 60  # how long Redis keeps the totals of a worker that tells nothing

Client = Any  # a redis.Redis, whose type hints know neither client() nor what a script returns

log = logging.getLogger("worker")


class Counter:
    """Tells Redis the totals of *account*, under a name that no other worker has.

    Args:
        url: Where Redis is, as ``redis://HOST:PORT/DATABASE``.
        account: What there is to tell.
        host: The machine that this worker is on, for people.
    """

    def __init__(self, url: str, account: Account, host: str) -> None:
        # No retries by the library: those are made here, each with the totals of its time.
        self._redis: Client = redis.Redis.from_url(
            url,
            protocol=2,  # 3 costs a round trip, and Redis 5 does not know it
            redis_connect_func=self._greet,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_keepalive=True,
            socket_keepalive_options=TCP_OPTIONS,
            retry=Retry(NoBackoff(), 0),
        )
        self._silent = 0  # new connections in a row that did not answer
        self.worker = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._account, self._host = account, host
        self._confirmed_at = time.time()

    def run(self, stopping: threading.Event) -> None:
        """Flush once a second until *stopping* is set; without Redis try again, sooner."""
        outage = Outage()
        while not stopping.is_set():
            try:
                self.flush()
                outage.over("Redis counts")
                wait_s = FLUSH_EVERY_S
            except redis.RedisError as error:
                wait_s = outage.wait_s(error)
            stopping.wait(wait_s)

    def settle(self, within_s: float) -> None:
        """Flush until Redis has all, and wait until it is on its disk; *within_s*, or give up."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            with contextlib.suppress(redis.RedisError), self._redis.client() as connection:
                totals = self._flush(connection)
                if self._account.settled():
                    if totals.units:
                        self._await_disk(connection, end - time.monotonic())
                    return
            time.sleep(FIRST_WAIT_S)

    def flush(self) -> None:
        """Tell Redis the totals.

        Raises:
            redis.RedisError: It is not known whether Redis has them; the next flush tells them.
        """
        try:
            self._flush(self._redis)
        except redis.RedisError:
            # The next try is a new connection: the name may lead elsewhere by then.
            self._redis.connection_pool.disconnect(inuse_connections=False)
            raise

    def _greet(self, connection: Client) -> None:
        within_s, link = first_answer_s(self._silent), connection._sock
        self._silent += 1
        link.settimeout(within_s)
        try:
            link.sendall(b"PING\r\n")
            if not link.recv(1024):  # an error is an answer, too
                raise redis.ConnectionError("closed before it answered")
        except OSError as error:
            raise redis.TimeoutError(f"no answer in {within_s} s, or closed") from error
        self._silent = 0
        link.settimeout(REDIS_TIMEOUT_S)
        connection.on_connect()

    def _flush(self, connection: Client) -> Totals:
        totals = self._account.totals()
        # Half the time after which Redis forgets, the other half is for its clock.
        expired = time.time() - self._confirmed_at > EXPIRES_S / 2
        known = totals.units_known if expired else 0
        before, units, coins = tell(connection, self.worker, self._host, totals, known)
        self._confirmed_at = time.time()
        if before < totals.units_known:
            log.warning("Redis lost %d units, and has them again", totals.units_known - before)
        if new := self._account.confirm(units, coins):
            log.info("%d units of work done, updating hash counter", new)
        return totals

    def _await_disk(self, connection: Client, within_s: float) -> None:
        milliseconds = max(int(within_s * 1000), 1)
        with contextlib.suppress(redis.RedisError):
            on_disk, _ = connection.execute_command("WAITAOF", 1, 0, milliseconds)
            if on_disk:
                log.info("all of it is on the disk of Redis")
                return
        log.info(
            "Redis has all of it; if its machine lost power now, the last second would be lost"
        )


def first_answer_s(silent: int) -> float:
    """Return how long a new connection may take to answer, after *silent* ones that did not."""
    return REDIS_TIMEOUT_S if silent % PATIENT_EVERY == PATIENT_EVERY - 1 else FIRST_ANSWER_S


def tell(
    connection: Client, worker: str, host: str, totals: Totals, units_known: int = 0
) -> list[int]:
    """Tell Redis *totals*, in one round trip.

    Args:
        connection: Where to.
        worker: The name of the worker.
        host: The machine that it is on.
        totals: What it has done.
        units_known: What counts as known if Redis has forgotten the worker.

    Returns:
        The worker's units that were known before, its units, and its coins that are known now.

    Raises:
        redis.RedisError: It is not known what Redis has.
    """
    told = f"dockercoins:told:{worker}"
    flush = connection.pipeline(transaction=False)
    if totals.coins:
        flush.hset("wallet", mapping=dict(totals.coins))
    last = totals.coins[-1][0] if totals.coins else ""
    numbers = (totals.number, totals.units, units_known, totals.coins_known, totals.coins_told)
    flush.eval(COUNT, 3, "hashes", "wallet", told, *numbers, last)
    # A flush takes all units there are, and units are one number: none waits, none is given up.
    fields = {"host": host, "waiting": 0, "lost": 0, "coins_lost": totals.coins_lost}
    keys = (f"dockercoins:worker:{worker}", "dockercoins:workers", told)
    pairs = itertools.chain.from_iterable(fields.items())
    flush.eval(REPORT, 3, *keys, worker, EXPIRES_S, totals.number, *pairs)
    answer: list[int] = flush.execute()[-2]
    return answer


def host() -> str:
    """Return the machine that this worker is on, as ``DOCKERCOINS_HOST`` says, or its hostname."""
    return os.environ.get("DOCKERCOINS_HOST") or socket.gethostname()
