"""The speeds of all workers together, of each, and of those that do not give their names."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING or __package__:
    from dockercoins.webui.reading import Reading, Worker
    from dockercoins.webui.speed import Track
else:  # in the image they are beside this file
    from reading import Reading, Worker
    from speed import Track

COINS_SPAN_S = 60.0
QUIET_S = 5.0
UNNAMED = ""  # the name of all workers that do not give theirs


@dataclass(frozen=True)
class Pace:
    """How fast one worker is.

    Attributes:
        hashes: Units per second; None if it is not known yet.
        coins: Coins per minute; None if it is not known yet.
    """

    hashes: float | None
    coins: float | None


class Speeds:
    """Follows the totals of the workers.

    What the counter has more than the named workers told is the work of others: the workshop's
    own worker gives no name.
    """

    def __init__(self) -> None:
        self._tracks: dict[str, tuple[Track, Track]] = {}
        self._before: Reading | None = None
        self._rest = self._coins_rest = 0
        self._grew_s = 0.0

    def follow(self, reading: Reading) -> dict[str, Pace]:
        """Take in *reading*; return the pace by worker, with `UNNAMED` if there is one."""
        before = self._before or reading
        self._before = reading
        if reading.hashes < before.hashes or reading.coins < before.coins:
            before = reading  # Redis lost data: what is missing is nobody's work
            self._tracks.pop(UNNAMED, None)
        if reading.hashes > before.hashes or not self._grew_s:
            self._grew_s = reading.at_s
        for worker in reading.workers:
            if worker.is_whole:
                self._add(worker.name, worker.at_s, worker.units, worker.coins)
        self._rest += max(0, reading.hashes - before.hashes - _done(before, reading, "units"))
        self._coins_rest += max(0, reading.coins - before.coins - _done(before, reading, "coins"))
        self._add(UNNAMED, reading.at_s, self._rest, self._coins_rest)
        names = {worker.name for worker in reading.workers} | {UNNAMED}
        self._tracks = {name: self._tracks[name] for name in names & self._tracks.keys()}
        paces = {name: self._pace(name, reading.at_s) for name in self._tracks}
        if not self._rest:
            del paces[UNNAMED]
        return paces

    def quiet_s(self, now_s: float) -> float:
        """Return for how long the counter has not grown, in seconds of Redis' clock."""
        return max(0.0, now_s - self._grew_s)

    def _add(self, name: str, at_s: float, units: int, coins: int) -> None:
        if name not in self._tracks:
            self._tracks[name] = Track(), Track(COINS_SPAN_S)
        for track, total in zip(self._tracks[name], (units, coins), strict=True):
            track.add(at_s, total)

    def _pace(self, name: str, now_s: float) -> Pace:
        hashes, coins = (track.per_second(now_s) for track in self._tracks[name])
        return Pace(hashes, None if coins is None else coins * 60)


def _done(before: Reading, reading: Reading, what: str) -> int:
    # A worker that was not there before began after that, or at most its total is of that time.
    had = {worker.name: int(getattr(worker, what)) for worker in before.workers}
    return sum(
        max(0, int(getattr(worker, what)) - had.get(worker.name, 0)) for worker in reading.workers
    )


def together(paces: dict[str, Pace]) -> Pace:
    """Return the sum of *paces*, of those that are known; None if none is."""
    hashes = [pace.hashes for pace in paces.values() if pace.hashes is not None]
    coins = [pace.coins for pace in paces.values() if pace.coins is not None]
    return Pace(sum(hashes) if hashes else None, sum(coins) if coins else None)


def at_work(reading: Reading) -> tuple[Worker, ...]:
    """Return the workers that flushed in the last `QUIET_S` seconds."""
    return tuple(w for w in reading.workers if w.at_s > reading.at_s - QUIET_S)
