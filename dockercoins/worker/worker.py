"""The worker: it mines, one unit of work after another, until it is told to stop.

A unit is 100 ms of work, 32 bytes from rng, and their hash from hasher. A hash that starts with
``0`` is a coin. Once a second `Counter` tells Redis what is new, and each unit is counted once,
whatever happens on the way. SIGTERM loses nothing while Redis answers; SIGKILL loses what was
done since the last flush.

Three threads: one mines, one tells Redis, the main one waits for SIGTERM. So none of them waits
for a peer, or for a name server, that keeps another one waiting.
"""

import contextlib
import logging
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter

if TYPE_CHECKING or __package__:
    from dockercoins.worker.account import Account
    from dockercoins.worker.connection import CONNECT_TIMEOUT_S, TCP_OPTIONS, Outage
    from dockercoins.worker.counter import Counter, host
else:  # in the image they are beside this file
    from account import Account
    from connection import CONNECT_TIMEOUT_S, TCP_OPTIONS, Outage
    from counter import Counter, host

WORK_S = 0.1
UNIT_BYTES = 32
HTTP_TIMEOUT_S = 20.0  # behind 100 other workers, rng takes 10 s
STOP_WITHIN_S = 0.8  # unless the environment says otherwise
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("worker")


class Miner:
    """The loop that works: units into *account*, until *stopping* is set.

    Args:
        rng_url: Where random bytes come from, such as ``http://rng``.
        hasher_url: Where hashes come from, such as ``http://hasher``.
        account: Where finished units go.
        heartbeat: A file that each round touches, for a health check; None for none.
    """

    def __init__(
        self, rng_url: str, hasher_url: str, account: Account, heartbeat: Path | None = None
    ) -> None:
        self._rng_url = rng_url.rstrip("/")
        self._hasher_url = hasher_url.rstrip("/")
        self._account = account
        self._heartbeat = heartbeat

    def run(self, stopping: threading.Event) -> None:
        """Mine until *stopping* is set; after an error wait a little, and go on."""
        outage = Outage()
        while not stopping.wait(WORK_S):
            self._beat()
            try:
                self._mine()
                outage.over("work goes on")
            except requests.RequestException as error:
                stopping.wait(outage.wait_s(error))

    def _beat(self) -> None:
        if self._heartbeat:
            with contextlib.suppress(OSError):  # a read-only disk is no reason not to mine
                self._heartbeat.touch()

    def _mine(self) -> None:
        random_bytes = _ask("GET", f"{self._rng_url}/{UNIT_BYTES}")
        if len(random_bytes) != UNIT_BYTES:
            raise requests.RequestException(f"{len(random_bytes)} random bytes, not {UNIT_BYTES}")
        digest = _ask("POST", f"{self._hasher_url}/", random_bytes).decode("ascii", "replace")
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise requests.RequestException(f"not a SHA-256 in hex: {digest[:80]!r}")
        self._account.enter(digest, random_bytes)


class _Watched(HTTPAdapter):
    # Connections on which the kernel notices a peer that vanished.
    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as they come
        kernel = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
        kernel += [(socket.IPPROTO_TCP, option, value) for option, value in TCP_OPTIONS.items()]
        super().init_poolmanager(*args, socket_options=kernel, **options)


def _ask(method: str, url: str, body: bytes | None = None) -> bytes:
    # A connection per request, so that a balancer that counts connections shares evenly.
    with requests.Session() as session:
        session.trust_env = False  # the peers are next door: never through a proxy
        session.mount("http://", _Watched())
        response = session.request(
            method,
            url,
            data=body,
            headers={"Content-Type": "application/octet-stream"} if body else None,
            timeout=(CONNECT_TIMEOUT_S, HTTP_TIMEOUT_S),
            allow_redirects=False,
        )
    if response.status_code != requests.codes.ok:
        raise requests.HTTPError(f"{response.status_code} {response.reason} for {method} {url}")
    return response.content


def close(account: Account, counter: Counter, within_s: float) -> bool:
    """Close *account* and settle it within *within_s*; return whether Redis has all of it."""
    account.close()
    last = threading.Thread(target=counter.settle, args=(within_s,), daemon=True)
    last.start()
    last.join(within_s)
    if not account.settled():
        units = account.waiting()
        log.error("%d units of work done, but not counted: no answer from Redis", units)
    return account.settled()


def main() -> None:
    """Mine until SIGTERM or SIGINT; exit 0 if every finished unit is counted, else 1."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout)
    # Blocked, a signal waits for sigwait, in every thread and also as process 1 of a container.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    account = Account()
    counter = Counter(os.environ.get("REDIS_URL", "redis://redis:6379/0"), account, host())
    heartbeat = os.environ.get("HEARTBEAT")
    stop_within_s = float(os.environ.get("STOP_WITHIN_S") or STOP_WITHIN_S)
    miner = Miner(
        os.environ.get("RNG_URL", "http://rng"),
        os.environ.get("HASHER_URL", "http://hasher"),
        account,
        Path(heartbeat) if heartbeat else None,
    )
    stopping, crashed = threading.Event(), threading.Event()

    def guarded(run: Callable[[threading.Event], None]) -> None:
        try:
            run(stopping)
        except Exception:
            log.exception("the worker met a bug")
            crashed.set()
            os.kill(os.getpid(), signal.SIGTERM)  # better no worker than one that does nothing

    log.info("worker %s begins", counter.worker)
    for run in (miner.run, counter.run):
        threading.Thread(target=guarded, args=(run,), daemon=True).start()
    signal.sigwait(STOP_SIGNALS)
    stopping.set()
    settled = close(account, counter, stop_within_s)
    logging.shutdown()
    # Not sys.exit: it may have to wait for a thread that waits for a peer.
    os._exit(0 if settled and not crashed.is_set() else 1)


if __name__ == "__main__":
    main()
