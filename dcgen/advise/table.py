"""What was found, as a table and a graph of lines of text."""

from collections.abc import Iterator, Sequence

from advise.answer import Advice, Step
from advise.sweep import Measured
from dcgen.advise.words import change, replicas

_WIDTH = 32
_BAR, _PARTS = "█", " ▏▎▍▌▋▊▉"
_HEADER = ("REPLICAS", "PER SECOND", "FORETOLD", "GAIN", "BETWEEN")


def rows(advice: Advice) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each line: of every step what it was, and what each doubling brought."""
    yield _HEADER
    for step in advice.steps:
        yield replicas(step.counts), f"{step.window.goal_per_s:.1f}", "", "", ""
        for name in step.gains:
            yield _tried(step, name)


def _tried(step: Step, name: str) -> tuple[str, ...]:
    gain = step.gains[name]
    foretold = step.predicted.get(name)
    mark = "  <-" if set(name.split("+")) == set(step.winners) else ""
    return (
        f"  {change(step, name)}",
        f"{step.measured[name]:.1f}",
        _foretold(foretold, is_bound=name in step.bounds),
        f"x {gain.ratio:.2f}",
        (f"{gain.low:.2f} to {gain.high:.2f}" if gain.rounds > 1 else "measured once") + mark,
    )


def points(found: Sequence[Measured], service: str) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each line of a sweep over *service*."""
    yield "REPLICAS", "PER SECOND", "FORETOLD", "DIFFERENCE"
    for one in found:
        guess = one.predicted
        yield (
            f"{service}={one.replicas}",
            f"{one.per_s:.1f}",
            _foretold(guess, is_bound=one.is_bound),
            f"{one.per_s / guess - 1:+.1%}" if guess and not one.is_bound else "",
        )


def _foretold(per_s: float | None, *, is_bound: bool) -> str:
    if not per_s:
        return ""
    return f"{'at most ' if is_bound else ''}{per_s:.1f}"


def graph(bars: list[tuple[str, float]]) -> Iterator[str]:
    """Yield a line for each of *bars*, a name and a number: the name, a bar, the number."""
    width = max((len(name) for name, _ in bars), default=0)
    most = max((number for _, number in bars), default=0.0)
    for name, number in bars:
        yield f"{name.ljust(width)}  {_bar(number / most if most else 0.0)} {number:.1f}"


def way(advice: Advice) -> list[tuple[str, float]]:
    """Return the bars of the way that was climbed."""
    return [(replicas(step.counts), step.window.goal_per_s) for step in advice.steps]


def _bar(share: float) -> str:
    eighths = round(share * _WIDTH * 8)
    return (_BAR * (eighths // 8) + _PARTS[eighths % 8].strip()) or _PARTS[1]
