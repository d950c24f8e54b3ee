"""Measured values, and the ratios between those of two contestants."""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measure import Spread, spread


@dataclass(frozen=True, slots=True)
class Sample:
    """One *value* of *metric* that *contestant* reached in *case*, the *turn*-th time."""

    case: str
    contestant: str
    metric: str
    turn: int
    value: float


@dataclass(frozen=True, slots=True)
class Samples:
    """Everything that one run measured."""

    all: tuple[Sample, ...]

    def values(self, case: str, metric: str, contestant: str) -> dict[int, float]:
        """Return the values by turn; none if nothing of that kind was measured."""
        return {
            sample.turn: sample.value
            for sample in self.all
            if (sample.case, sample.metric, sample.contestant) == (case, metric, contestant)
        }

    def spread(self, case: str, metric: str, contestant: str) -> Spread | None:
        """Return middle and range of `values`; None if there are none."""
        found = self.values(case, metric, contestant)
        return spread(found.values()) if found else None

    def ratio(self, case: str, metric: str, contestant: str, against: str) -> Spread | None:
        """Return middle and range of the ratios of each turn, *contestant* to *against*.

        Within a turn both ran one after the other, so that what disturbed one disturbed both.
        """
        ours = self.values(case, metric, contestant)
        theirs = self.values(case, metric, against)
        found = [ours[turn] / theirs[turn] for turn in ours if theirs.get(turn)]
        return spread(found) if found else None

    def cases(self, metric: str) -> list[str]:
        """Return the cases in which *metric* was measured, in their order."""
        return list(dict.fromkeys(s.case for s in self.all if s.metric == metric))


def saved(samples: Iterable[Sample], path: Path | None) -> Iterator[Sample]:
    """Yield *samples*; write each to *path* at once if there is one, as a line of JSON."""
    with ExitStack() as cleanup:
        file = cleanup.enter_context(path.open("w", encoding="utf-8")) if path else None
        for sample in samples:
            if file:
                file.write(f"{json.dumps(asdict(sample))}\n")
                file.flush()
            yield sample


def load(path: Path) -> Iterator[Sample]:
    """Yield what `saved` wrote to *path*."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield Sample(**json.loads(line))
