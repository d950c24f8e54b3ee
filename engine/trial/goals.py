"""What is wanted of an application, as a number that is larger the better it does."""

import re
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.hosts import DEFAULT_HOST
from engine.trial.balancers import Counted
from engine.trial.lines import Told
from faults import HostError, UserError

COMMAND_WITHIN_S = 30.0
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


class Goal(Protocol):
    """A way to tell how well an application does."""

    def begin(self, counted: Mapping[str, Counted]) -> None:
        """Begin a window; *counted* is what the balancers counted so far."""

    def end(self, counted: Mapping[str, Counted]) -> float:
        """End it, and return the goal a second."""


@dataclass(slots=True)
class Lines:
    """What counted log lines say was done."""

    told: Told
    _begin_s: float = 0.0

    def begin(self, counted: Mapping[str, Counted]) -> None:  # noqa: ARG002 - see `Goal`
        """See `Goal`."""
        self._begin_s = time.monotonic()

    def end(self, counted: Mapping[str, Counted]) -> float:  # noqa: ARG002 - see `Goal`
        """See `Goal`."""
        return self.told.per_s(self._begin_s, time.monotonic())


@dataclass(slots=True)
class Requests:
    """Requests (TCP mode: connections) that the balancer of *service* gave to its replicas."""

    service: str
    _begin_s: float = 0.0
    _before: int = 0

    def begin(self, counted: Mapping[str, Counted]) -> None:
        """See `Goal`."""
        self._begin_s, self._before = time.monotonic(), counted[self.service].total

    def end(self, counted: Mapping[str, Counted]) -> float:
        """See `Goal`."""
        passed_s = max(time.monotonic() - self._begin_s, 1e-9)
        return (counted[self.service].total - self._before) / passed_s


@dataclass(slots=True)
class Printed:
    """How fast a number grows that a command prints, such as a counter.

    Attributes:
        words: The command; no shell reads them.
    """

    words: Sequence[str]
    _begin_s: float = 0.0
    _before: float = 0.0

    def begin(self, counted: Mapping[str, Counted]) -> None:  # noqa: ARG002 - see `Goal`
        """See `Goal`."""
        self._before = self._number()
        self._begin_s = time.monotonic()

    def end(self, counted: Mapping[str, Counted]) -> float:  # noqa: ARG002 - see `Goal`
        """See `Goal`."""
        number = self._number()
        return (number - self._before) / max(time.monotonic() - self._begin_s, 1e-9)

    def _number(self) -> float:
        ended = DEFAULT_HOST.call(self.words, within_s=COMMAND_WITHIN_S)
        said = (ended.out.strip() or ended.err.strip() or "nothing").splitlines()[-1]
        if ended.code != 0:
            what = f"the goal's command failed: {said}"
            raise HostError(what, fix=f"see what it says: {shlex.join(self.words)}")
        found = _NUMBER.search(ended.out)
        if not found:
            what = f"the goal's command prints no number: {said}"
            raise UserError(what, fix="let it print a number that grows, such as a counter")
        return float(found[0])
