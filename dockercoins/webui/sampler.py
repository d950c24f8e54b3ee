"""The one thread that reads Redis, once a second, however many look on."""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import redis

if TYPE_CHECKING or __package__:
    from dockercoins.webui import words
    from dockercoins.webui.feed import Feed
    from dockercoins.webui.history import History, Point
    from dockercoins.webui.reading import Client, Reading, read
    from dockercoins.webui.speeds import UNNAMED, Pace, Speeds, together
else:  # in the image they are beside this file
    import words
    from feed import Feed
    from history import History, Point
    from reading import Client, Reading, read
    from speeds import UNNAMED, Pace, Speeds, together

EVERY_S = 1.0
PATIENCE_S = 0.9  # then this second has no numbers

log = logging.getLogger("webui")


class Sampler:
    """Makes the events of `feed`.

    Args:
        client: The Redis to read.
        streams: How many streams there may be at once.
    """

    def __init__(self, client: Client, streams: int) -> None:
        self._client = client
        self.feed = Feed(self._snapshot, streams)
        self._history, self._speeds = History(), Speeds()
        # Looking up a name can take longer than any time-out of Redis' client.
        self._reader = ThreadPoolExecutor(1, "reader")
        self._asked: Future[Reading] | None = None
        self._away_since: float | None = None
        self._kept: Reading | None = None
        self._notice, self._notice_at = "", 0.0
        self.latest: dict[str, Any] = {"state": vars(words.STARTING), "notice": "", "workers": []}

    def run(self) -> None:
        """Publish one event each second, for ever."""
        begin, began_s = time.monotonic(), int(time.time())
        number = 0
        while True:
            try:
                self.sample(began_s + number)
            except Exception:
                log.exception("no event for this second")
            # A second that was slept through (a paused machine) is left out.
            number = max(number + 1, int((time.monotonic() - begin) / EVERY_S))
            time.sleep(max(0.0, begin + number * EVERY_S - time.monotonic()))

    def sample(self, at_s: int) -> None:
        """Read Redis, and publish the event of the second *at_s*."""
        reading, error = self._read()
        self.feed.publish(lambda: self._event(at_s, reading, error))

    def _read(self) -> tuple[Reading | None, Exception | None]:
        if self._asked is None:
            self._asked = self._reader.submit(read, self._client)
        if not wait([self._asked], PATIENCE_S).done:
            return None, None  # the next second waits for the same answer
        asked, self._asked = self._asked, None
        try:
            return asked.result(), None
        except (redis.RedisError, ValueError, OSError) as error:
            return None, error

    def _event(self, at_s: int, reading: Reading | None, error: Exception | None) -> dict[str, Any]:
        if reading:
            point = self._with_numbers(at_s, reading)
        else:
            self._without(error)
            point = Point(at_s, None, {})
        complete = self._history.add(point)
        self.latest |= {"at": at_s, "notice": self._notice_now()}
        rows = {window: self._history.row(made) for window, made in complete.items()}
        return self.latest | {"points": rows}

    def _with_numbers(self, at_s: int, reading: Reading) -> Point:
        if self._kept and reading.hashes < self._kept.hashes:
            self._notice = words.went_back(self._kept.hashes, reading.hashes)
            self._notice_at = time.monotonic()
        self._away_since, self._kept = None, reading
        paces = self._speeds.follow(reading)
        total = together(paces)
        state = words.with_numbers(reading, self._speeds.quiet_s(reading.at_s))
        self.latest = {
            "state": vars(state),
            "hashes": reading.hashes,
            "coins": reading.coins,
            "speed": total.hashes,
            "workers": self._rows(reading, paces),
        }
        return Point(at_s, total, {name: p for name, p in paces.items() if p.hashes or p.coins})

    def _without(self, error: Exception | None) -> None:
        now = time.monotonic()
        if self._away_since is None:
            self._away_since = now
            log.warning("no numbers from Redis: %s", error or "no answer")
        kept = bool(self._kept and self._kept.workers)
        is_there = isinstance(error, ValueError | redis.ResponseError)
        state = (
            words.wrong(error)
            if is_there and error
            else words.away(now - self._away_since, kept=kept)
        )
        self.latest = self.latest | {"state": vars(state), "speed": None}

    def _notice_now(self) -> str:
        if self._notice and time.monotonic() - self._notice_at < words.NOTICE_S:
            return self._notice
        return words.given_up(self._kept) if self._kept else ""

    def _rows(self, reading: Reading, paces: dict[str, Pace]) -> list[dict[str, Any]]:
        rows = [
            {
                "number": self._history.number(worker.name, worker.host),
                "name": worker.name,
                "host": worker.host,
                "units": worker.units,
                "speed": paces[worker.name].hashes if worker.name in paces else None,
                "age": round(reading.at_s - worker.at_s, 1),
                "waiting": worker.waiting,
                "lost": worker.lost,
                "coins_lost": worker.coins_lost,
            }
            for worker in sorted(reading.workers, key=lambda worker: (worker.host, worker.name))
        ]
        if UNNAMED in paces:
            number = self._history.number(UNNAMED)
            rows.append({"number": number, "name": "", "host": "", "speed": paces[UNNAMED].hashes})
        return rows

    def _snapshot(self) -> dict[str, Any]:
        rows = self._history.rows()
        return {"windows": rows, "names": self._history.names(), "latest": self.latest}
