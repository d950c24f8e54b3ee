"""A running application as a stage: switch replicas, slow a service down, watch what it does."""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from statistics import fmean
from typing import Protocol

from engine.live.running import Live
from engine.trial.balancers import Counted, counted, serve, service_of, spread_anew
from engine.trial.goals import Goal
from engine.trial.machine import Computed, reading
from engine.trial.window import Use, Window
from faults import HostError

_SAMPLE_EVERY_S = 0.1
_SLOW_CYCLE_S = 0.1


class Hands(Protocol):
    """What can be done to the replicas of an application, wherever they run."""

    def work(self, service: str, count: int) -> None:
        """Let the first *count* replicas of *service* work, and pause the others."""

    def pause(self, service: str, *, on: bool) -> None:
        """Pause all replicas of *service*, or let them go on."""

    def computed(self) -> Mapping[str, Computed]:
        """Return the processor time that each service used so far, and waited for."""

    def require_running(self) -> None:
        """See that the application runs; raise `HostError` with its last words if not."""


class Load(Protocol):
    """Something that asks the application from outside."""

    def mean_s(self) -> float | None:
        """Return the mean time that an answer took since it was asked last; None if none came."""

    def require_asked(self) -> None:
        """See that somebody asks; raise `HostError` with the reason if not."""


class Trial:
    """An application that runs to be measured.

    Args:
        lives: Its balancers.
        hands: What can be done to its replicas.
        goal: What is wanted of it.
        load: What asks it from outside; None for nothing.
    """

    def __init__(self, lives: Sequence[Live], hands: Hands, goal: Goal, load: Load | None) -> None:
        self._lives, self._hands, self._goal, self._load = lives, hands, goal, load
        self._slowed: dict[str, tuple[threading.Event, threading.Thread]] = {}

    def switch(self, counts: Mapping[str, int]) -> None:
        """Let *counts* replicas of each service work, and the others not."""
        balanced = {service_of(live): live for live in self._lives}
        for service, count in counts.items():
            if live := balanced.get(service):
                before = {row.key: row.total for row in live.rows()}
                serve(live, count)
                spread_anew(live, before) if len(before) > 1 else None
            else:
                self._hands.work(service, count)

    def watch(self, seconds: float) -> Window:
        """Return what it does in the next *seconds*.

        Raises:
            HostError: It ended, or what asks it, or a balancer does not answer.
        """
        self._require_running()
        first = counted(self._lives)
        before, machine = self._hands.computed(), reading()
        begin_s = time.monotonic()
        if self._load:
            self._load.mean_s()
        self._goal.begin(first)
        seen = self._sampled(begin_s + seconds)
        last = counted(self._lives)
        goal_per_s = self._goal.end(last)
        passed_s = time.monotonic() - begin_s
        after = self._hands.computed()
        self._require_running()
        return Window(
            goal_per_s=goal_per_s,
            uses=_uses(before, after, first, last, seen, passed_s),
            machine=reading().since(machine),
            latency_s=self._load.mean_s() if self._load else None,
        )

    def _require_running(self) -> None:
        self._hands.require_running()
        if self._load:
            self._load.require_asked()

    def slow(self, service: str, share: float) -> None:
        """Take *share* of its time from *service*; 0 lets it work as before."""
        if running := self._slowed.pop(service, None):
            over, thread = running
            over.set()
            thread.join()
        if share > 0:
            over = threading.Event()
            thread = threading.Thread(
                target=self._hold_back, args=(service, share, over), daemon=True
            )
            self._slowed[service] = over, thread
            thread.start()

    def close(self) -> None:
        """Let everything work again."""
        for service in list(self._slowed):
            self.slow(service, 0)

    def _hold_back(self, service: str, share: float, over: threading.Event) -> None:
        with suppress(HostError):  # it has ended, and whoever watches it says so
            while not over.is_set():
                self._hands.pause(service, on=True)
                over.wait(_SLOW_CYCLE_S * share)
                self._hands.pause(service, on=False)
                over.wait(_SLOW_CYCLE_S * (1 - share))

    def _sampled(self, until_s: float) -> dict[str, list[int]]:
        # How many requests were present, again and again until then.
        seen: dict[str, list[int]] = {}
        while (left_s := until_s - time.monotonic()) > 0:
            for service, one in counted(self._lives).items():
                seen.setdefault(service, []).append(one.present)
            time.sleep(min(_SAMPLE_EVERY_S, max(left_s, 0)))
        return seen


def _uses(
    before: Mapping[str, Computed],
    after: Mapping[str, Computed],
    first: Mapping[str, Counted],
    last: Mapping[str, Counted],
    seen: Mapping[str, list[int]],
    passed_s: float,
) -> dict[str, Use]:
    found = {}
    for service in dict.fromkeys((*after, *last)):
        used = after.get(service, Computed()).since(before.get(service, Computed()))
        cores, wanted = used.used_s / passed_s, (used.used_s + used.waited_s) / passed_s
        if service in last and service in first:
            per_s = max(last[service].total - first[service].total, 0) / passed_s
            found[service] = Use(cores, wanted, per_s, fmean(seen.get(service) or [0]))
        else:
            found[service] = Use(cores, wanted)
    return found
