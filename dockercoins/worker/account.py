"""What a worker has done since it began: a number of units, and the coins among them."""

import itertools
import logging
import threading
from collections import deque
from dataclasses import dataclass

COINS_KEPT = 10_000  # 3 MB; Redis would have to be away for half a day to miss one
COINS_AT_ONCE = 500

Coin = tuple[str, bytes]  # digest, the bytes that it is the digest of

log = logging.getLogger("worker")


@dataclass(frozen=True)
class Totals:
    """What there is to tell Redis.

    Attributes:
        number: How often `Account.totals` was called; a higher one never tells less.
        units: Units done in all.
        units_known: Units that Redis confirmed.
        coins: The next coins that it did not confirm, `COINS_AT_ONCE` at most.
        coins_known: Coins that Redis confirmed.
        coins_told: Coins in all, up to the last one of *coins*.
        coins_lost: Coins that were given up.
    """

    number: int
    units: int
    units_known: int
    coins: tuple[Coin, ...]
    coins_known: int
    coins_told: int
    coins_lost: int


class Account:
    """Totals that only grow, and the last `COINS_KEPT` coins.

    Units take no memory: they are one number, however long Redis is away. Coins do; those that
    Redis does not know when their place is needed are given up, counted, and said.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._number = self._units = self._units_known = 0
        self._coins: deque[Coin] = deque(maxlen=COINS_KEPT)
        self._found = self._coins_known = self._coins_lost = self._given_up_to = 0

    def enter(self, digest: str, random_bytes: bytes) -> None:
        """Take in one finished unit, and the coin that it may be."""
        with self._lock:
            if self._closed:
                return
            self._units += 1
            if digest.startswith("0"):
                log.info("Coin found: %s...", digest[:8])
                self._found += 1
                self._coins.append((digest, random_bytes))
                self._give_up()

    def close(self) -> None:
        """Take in no more units: what comes later is dropped, not half counted."""
        with self._lock:
            self._closed = True

    def totals(self) -> Totals:
        """Return what there is to tell."""
        with self._lock:
            self._number += 1
            forgotten = self._forgotten()
            known = max(self._coins_known, forgotten)
            first = known - forgotten
            coins = tuple(itertools.islice(self._coins, first, first + COINS_AT_ONCE))
            return Totals(
                number=self._number,
                units=self._units,
                units_known=self._units_known,
                coins=coins,
                coins_known=self._coins_known,
                coins_told=known + len(coins),
                coins_lost=self._coins_lost,
            )

    def confirm(self, units: int, coins: int) -> int:
        """Take in what Redis has now, fewer coins than before if it lost some.

        Returns:
            How many more units that is than was confirmed before.
        """
        with self._lock:
            new = max(units - self._units_known, 0)
            self._units_known += new
            self._coins_known = coins
            self._give_up()
            return new

    def settled(self) -> bool:
        """Return whether Redis confirmed all of it."""
        with self._lock:
            known = max(self._coins_known, self._forgotten())
            return self._units == self._units_known and self._found <= known

    def waiting(self) -> int:
        """Return the units that Redis did not confirm."""
        with self._lock:
            return self._units - self._units_known

    def _forgotten(self) -> int:
        # Coins are numbered from 1; this is the last one that is not kept.
        return self._found - len(self._coins)

    def _give_up(self) -> None:
        gone = self._forgotten() - max(self._coins_known, self._given_up_to)
        if gone > 0:
            log.error("%d coins lost: Redis has not had them, and no more are kept", gone)
            self._coins_lost += gone
            self._given_up_to = self._forgotten()
