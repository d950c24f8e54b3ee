"""The worker: it mines, one unit of work after another, until it is told to stop.

A unit is 100 ms of work, 32 bytes from rng, and their hash from hasher. A hash that
starts with ``0`` is a coin and goes to the wallet in Redis; at most once a second the
number of finished units is added to the counter in Redis.

Two threads: one mines, the main one waits for SIGTERM. So the answer to SIGTERM does
not depend on a peer, or on a name server, that keeps the miner waiting.
"""

import contextlib
import logging
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import redis
import requests
from redis.backoff import NoBackoff
from redis.retry import Retry

WORK_S = 0.1
UNIT_BYTES = 32
COUNT_EVERY_S = 1.0
HTTP_TIMEOUT_S = (5.0, 20.0)  # connect, answer: behind 100 other workers, rng takes 10 s
REDIS_TIMEOUT_S = 5.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
STOP_WITHIN_S = 0.8
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("worker")


class Account:
    """Finished units, kept until Redis has them.

    Args:
        url: Where Redis is, as ``redis://HOST:PORT/DATABASE``.
    """

    def __init__(self, url: str) -> None:
        # No retries by the library: an INCRBY that is sent twice may count twice.
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._lock = threading.Lock()
        self._coins: dict[str, bytes] = {}
        self._closed = False
        self.units = 0

    def enter(self, digest: str, random_bytes: bytes) -> None:
        """Take in one finished unit; a coin goes to the wallet at once.

        Raises:
            redis.RedisError: The coin is not in the wallet yet; it is kept for `settle`.
        """
        with self._lock:
            if self._closed:
                return
            self.units += 1
            if digest.startswith("0"):
                log.info("Coin found: %s...", digest[:8])
                self._coins[digest] = random_bytes
                self._store_coins()

    def close(self) -> None:
        """Take in no more units: what comes later is dropped, not half counted."""
        with self._lock:
            self._closed = True

    def settle(self) -> None:
        """Bring Redis up to date.

        Raises:
            redis.RedisError: What Redis does not have yet is kept for the next time.
        """
        with self._lock:
            self._store_coins()
            if self.units:
                self._count()

    def _store_coins(self) -> None:
        for digest in list(self._coins):
            self._redis.hset("wallet", digest, self._coins[digest])
            del self._coins[digest]

    def _count(self) -> None:
        # Most faults show in the PING, where they can neither lose nor double a unit.
        self._redis.ping()
        try:
            self._redis.incrby("hashes", self.units)
        except redis.TimeoutError:
            # TCP, or a proxy, holds the command and delivers it when the network heals.
            log.warning("no answer to INCRBY in %s s: taken as done", REDIS_TIMEOUT_S)
        log.info("%d units of work done, updating hash counter", self.units)
        self.units = 0


class Miner:
    """The loop that works: units into *account*, until `stopping` is set.

    Args:
        rng_url: Where random bytes come from, such as ``http://rng``.
        hasher_url: Where hashes come from, such as ``http://hasher``.
        account: Where finished units go.
        heartbeat: A file that each round touches, for a health check; None for none.
    """

    def __init__(
        self, rng_url: str, hasher_url: str, account: Account, heartbeat: Path | None = None
    ) -> None:
        self.stopping = threading.Event()
        self._rng_url = rng_url.rstrip("/")
        self._hasher_url = hasher_url.rstrip("/")
        self._account = account
        self._heartbeat = heartbeat

    def run(self) -> None:
        """Mine until `stopping` is set; after an error wait, longer each time, and go on."""
        wait_s, count_at = FIRST_WAIT_S, 0.0
        while not self.stopping.is_set():
            self._beat()
            try:
                if time.monotonic() >= count_at:
                    self._account.settle()
                    count_at = time.monotonic() + COUNT_EVERY_S
                self._mine()
                wait_s = FIRST_WAIT_S
            except (requests.RequestException, redis.RedisError) as error:
                log.warning("%s: %s; next try in %s s", type(error).__name__, error, wait_s)
                self.stopping.wait(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _beat(self) -> None:
        if self._heartbeat:
            with contextlib.suppress(OSError):  # a read-only disk is no reason not to mine
                self._heartbeat.touch()

    def _mine(self) -> None:
        if self.stopping.wait(WORK_S):
            return
        random_bytes = _ask("GET", f"{self._rng_url}/{UNIT_BYTES}")
        if len(random_bytes) != UNIT_BYTES:
            raise requests.RequestException(f"{len(random_bytes)} random bytes, not {UNIT_BYTES}")
        digest = _ask("POST", f"{self._hasher_url}/", random_bytes).decode("ascii", "replace")
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise requests.RequestException(f"not a SHA-256 in hex: {digest[:80]!r}")
        self._account.enter(digest, random_bytes)


def _ask(method: str, url: str, body: bytes | None = None) -> bytes:
    # A connection per request, so that a balancer that counts connections shares evenly.
    with requests.Session() as session:
        session.trust_env = False  # the peers are next door: never through a proxy
        response = session.request(
            method,
            url,
            data=body,
            headers={"Content-Type": "application/octet-stream"} if body else None,
            timeout=HTTP_TIMEOUT_S,
            allow_redirects=False,
        )
    if response.status_code != requests.codes.ok:
        raise requests.HTTPError(f"{response.status_code} {response.reason} for {method} {url}")
    return response.content


def close(account: Account) -> bool:
    """Close and settle *account* within `STOP_WITHIN_S`; return whether Redis has all of it."""

    def settle() -> None:
        try:
            account.close()
            account.settle()
        except redis.RedisError as error:
            log.warning("%s: %s", type(error).__name__, error)

    last = threading.Thread(target=settle, daemon=True)
    last.start()
    last.join(STOP_WITHIN_S)
    if account.units:
        log.error("%d units of work done, but not counted: no Redis to tell", account.units)
    return not account.units


def main() -> None:
    """Mine until SIGTERM or SIGINT; exit 0 if every finished unit is counted, else 1."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout)
    # Blocked, a signal waits for sigwait, in every thread and also as process 1 of a container.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    account = Account(os.environ.get("REDIS_URL", "redis://redis:6379/0"))
    heartbeat = os.environ.get("HEARTBEAT")
    miner = Miner(
        os.environ.get("RNG_URL", "http://rng"),
        os.environ.get("HASHER_URL", "http://hasher"),
        account,
        Path(heartbeat) if heartbeat else None,
    )
    crashed = threading.Event()

    def mine() -> None:
        try:
            miner.run()
        except Exception:
            log.exception("the miner met a bug")
            crashed.set()
            os.kill(os.getpid(), signal.SIGTERM)  # better no worker than one that does nothing

    threading.Thread(target=mine, daemon=True).start()
    signal.sigwait(STOP_SIGNALS)
    miner.stopping.set()
    settled = close(account)
    logging.shutdown()
    # Not sys.exit: it may have to wait for a thread that waits for a peer.
    os._exit(0 if settled and not crashed.is_set() else 1)


if __name__ == "__main__":
    main()
