"""What Redis holds at one moment: the counter, the wallet, and what each worker has done."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

READ = Path(__file__).with_name("reading.lua").read_text(encoding="utf-8")
LATELY_MS = 600_000
MOST_WORKERS = 200

Client = Any  # a redis.Redis, whose type hints do not know what a script returns


@dataclass(frozen=True)
class Worker:
    """What one worker has told in all.

    Attributes:
        name: Its own, which no other worker has.
        host: The machine that it is on; empty if it does not say.
        units: Units of work counted.
        coins: Coins among them.
        at_s: When it flushed last, by the clock of Redis, in seconds since 1970.
        waiting: Units that it keeps until Redis takes them.
        lost: Units that it gave up.
        coins_lost: Coins that it gave up.
        is_whole: *units* and *at_s* are of the same flush.
    """

    name: str
    host: str
    units: int
    coins: int
    at_s: float
    waiting: int = 0
    lost: int = 0
    coins_lost: int = 0
    is_whole: bool = True


@dataclass(frozen=True)
class Reading:
    """What Redis held.

    Attributes:
        at_s: When, by the clock of Redis, in seconds since 1970.
        hashes: The counter.
        coins: The coins in the wallet.
        workers: Those that flushed in the last ten minutes, `MOST_WORKERS` at most; none if the
            workers are those of the workshop, which do not give their names.
    """

    at_s: float
    hashes: int
    coins: int
    workers: tuple[Worker, ...] = ()


def read(client: Client) -> Reading:
    """Return what Redis holds, read in one step.

    Raises:
        redis.RedisError: No answer, or a key holds another type.
        ValueError: A key holds something that is not a number.
    """
    now_ms, hashes, coins, rows = client.eval(
        READ, 3, "hashes", "wallet", "dockercoins:workers", LATELY_MS, MOST_WORKERS
    )
    workers = tuple(_worker(*row) for row in rows)
    return Reading(int(now_ms) / 1000, int(hashes), int(coins), workers)


def _worker(name: bytes, told: bytes, row: list[bytes | None]) -> Worker:
    # The counter is written together with `told`; the row a moment later, maybe after this.
    texts = [field.decode("utf-8", "replace") if field else "" for field in row]
    host = texts.pop(3)
    seq, units, coins, at_ms, waiting, lost, coins_lost = (int(text or 0) for text in texts)
    told_seq, units, coins = (int(word) for word in told.split()) if told else (seq, units, coins)
    return Worker(
        name=name.decode("utf-8", "replace"),
        host=host,
        units=units,
        coins=coins,
        at_s=at_ms / 1000,
        waiting=waiting,
        lost=lost,
        coins_lost=coins_lost,
        is_whole=seq == told_seq,
    )
