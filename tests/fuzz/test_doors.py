"""No command of dcgen ends in a traceback or hangs, whatever it is given.

Draws a few cases; ``make fuzz`` draws for FUZZ_SECONDS, from a SEED of its own. A fault says how
to draw it again: ``make fuzz SEED=7 CASE=1234``.
"""

import os
import sys
import time
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

from tests.fuzz.doors import draw, faults

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
SEED = int(os.environ.get("SEED") or (SystemRandom().randrange(10**6) if SECONDS else 1))
CASE = os.environ.get("CASE", "")
CASES = 25
TELLS_AT_MOST = int(os.environ.get("FUZZ_FAULTS", "1"))


def wrong(number: int) -> list[str]:
    case = draw(SEED, number)
    with TemporaryDirectory(prefix="dcgen-fuzz-") as folder:
        found = faults(case, Path(folder))
    return [f"make fuzz SEED={SEED} CASE={number}: {case}\n{fault}" for fault in found]


def test_no_command_ends_in_a_traceback_or_hangs() -> None:
    end_s = time.monotonic() + SECONDS
    numbers = [int(CASE)] if CASE else range(10**9)
    found: list[str] = []
    for number in numbers:
        if len(found) >= TELLS_AT_MOST or (number >= CASES and time.monotonic() > end_s):
            break
        found += wrong(number)
    if SECONDS:
        sys.stderr.write(f"seed {SEED}, {number} cases\n")

    assert not found, "\n\n".join(found)
