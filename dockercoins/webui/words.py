"""What the page says of the numbers: whether they are true, and if not, why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING or __package__:
    from dockercoins.webui.reading import Reading, Worker
    from dockercoins.webui.speeds import QUIET_S, at_work
else:  # in the image they are beside this file
    from reading import Reading, Worker
    from speeds import QUIET_S, at_work

NOTICE_S = 60


@dataclass(frozen=True)
class State:
    """How things are.

    Attributes:
        kind: ``starting``, ``live``, ``idle``, ``none`` (no workers), ``away`` (no Redis) or
            ``wrong`` (a key holds something else).
        words: The same for people, with how long it has been so.
    """

    kind: str
    words: str


STARTING = State("starting", "waiting for the first numbers")


def with_numbers(reading: Reading, quiet_s: float) -> State:
    """Return the state when Redis answered *reading*, and its counter grew *quiet_s* ago."""
    working = at_work(reading)
    if quiet_s < QUIET_S:
        return State("live", f"live: {_workers(working)}" if working else "live")
    since = f"nothing was counted for {span(quiet_s)}"
    if not working:
        return State("none", f"no workers: {since}")
    return State("idle", f"{_workers(working)}, but {since}")


def away(since_s: float, *, kept: bool) -> State:
    """Return the state without Redis since *since_s*; *kept*: workers of ours were seen."""
    units = "; units are kept by the workers" if kept else ""
    return State("away", f"Redis is away, since {span(since_s)}{units}")


def wrong(error: Exception) -> State:
    """Return the state when Redis answers, but with something that is no number."""
    said = str(error).partition(" script: ")[0]  # what follows is where in a script: for no reader
    return State("wrong", f"Redis holds no numbers: {said}")


def went_back(before: int, now: int) -> str:
    """Return the notice that the counter is smaller than it was."""
    return f"the counter went back from {before:,} to {now:,}: Redis lost its data"


def given_up(reading: Reading) -> str:
    """Return the notice that workers gave something up; empty if none did."""
    lost = sum(worker.lost for worker in reading.workers)
    coins = sum(worker.coins_lost for worker in reading.workers)
    parts = [_many(lost, "unit") if lost else "", _many(coins, "coin") if coins else ""]
    words = " and ".join(part for part in parts if part)
    return f"{words} given up by the workers: Redis was away too long" if words else ""


def span(seconds: float) -> str:
    """Return *seconds* for people, such as ``12 s`` or ``3 min 5 s``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _workers(working: tuple[Worker, ...]) -> str:
    hosts = {worker.host for worker in working if worker.host}
    return _many(len(working), "worker") + (f" on {len(hosts)} hosts" if len(hosts) > 1 else "")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
