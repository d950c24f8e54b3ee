"""Is the difference larger than the noise? Ratios of neighbouring measurements, and intervals.

Each configuration is measured in turns with the application as it is, so that whatever changes
slowly on the machine changes both. What is compared is the logarithm of the ratio of the two.
The spread of the ratios is taken as equal for all configurations of a step and estimated from all
of them together; an interval is Student's t, with as many degrees of freedom as that estimate has.
Source: G. E. P. Box, J. S. Hunter, W. G. Hunter, Statistics for Experimenters, 2nd edition, 4.2
(blocked comparisons) and 3.2 (pooled variance).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean

# Of measurements that agree by chance: no spread is less than this.
LEAST_SPREAD = 0.005
CONFIDENCE = 0.99
_CLOSE, _SLICES, _SQRT_PI = 1e-4, 500, math.sqrt(math.pi)


@dataclass(frozen=True, slots=True)
class Gain:
    """How many times as much a configuration brings: between *low* and *high*, *ratio* at best.

    Attributes:
        ratio: The geometric mean of the ratios.
        low: The lower end of the interval.
        high: The upper end.
        rounds: From how many ratios.
    """

    ratio: float
    low: float
    high: float
    rounds: int


def spread(ratios: Mapping[str, Sequence[float]]) -> tuple[float, int]:
    """Return the spread (a standard deviation of logarithms) of *ratios*, and its freedom.

    Args:
        ratios: Configuration to its ratios, each more than 0.
    """
    squares, freedom = 0.0, 0
    for some in ratios.values():
        logs = [math.log(ratio) for ratio in some]
        mean = fmean(logs) if logs else 0.0
        squares += sum((log - mean) ** 2 for log in logs)
        freedom += max(len(logs) - 1, 0)
    return max(math.sqrt(squares / freedom) if freedom else 0.0, LEAST_SPREAD), freedom


def gains(ratios: Mapping[str, Sequence[float]], confidence: float = CONFIDENCE) -> dict[str, Gain]:
    """Return what each configuration of *ratios* brings; its interval is endless after one round.

    Args:
        ratios: Configuration to its ratios, each more than 0.
        confidence: How often the interval holds the true ratio.
    """
    deviation, freedom = spread(ratios)
    found = {}
    for name, some in ratios.items():
        if not some:
            continue
        mean = fmean(math.log(ratio) for ratio in some)
        half = quantile(confidence, freedom) * deviation / math.sqrt(len(some))
        low, high = math.exp(max(mean - half, -700.0)), math.exp(min(mean + half, 700.0))
        found[name] = Gain(math.exp(mean), low, high, len(some))
    return found


@cache
def quantile(confidence: float, freedom: int) -> float:
    """Return what Student's t with *freedom* stays within, either way, *confidence* of the time."""
    if freedom < 1:
        return math.inf
    low, high = 0.0, 1e4
    while high - low > _CLOSE:
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, freedom) < confidence else (low, middle)
    return high


def _inside(most: float, freedom: int) -> float:
    # With t = sqrt(freedom) tan(angle), the density of t is a power of a cosine: no endless tail.
    factor = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / _SQRT_PI
    end = math.atan(most / math.sqrt(freedom))
    width = end / _SLICES
    middles = ((number + 0.5) * width for number in range(_SLICES))
    return 2 * factor * width * sum(math.cos(angle) ** (freedom - 1) for angle in middles)
