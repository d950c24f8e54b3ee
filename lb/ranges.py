"""The ranges of numbers that a person may choose; each is said here, and nowhere else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from *least* to *most*."""

    least: float
    most: float

    @property
    def allowed(self) -> str:
        """The range, in words."""
        return f"a number from {self}"

    def allows(self, value: float) -> bool:
        """Tell whether *value* is in it."""
        return self.least <= value <= self.most

    def __str__(self) -> str:
        return f"{self.least} to {self.most}"


# HAProxy's times are at most 2^31 ms; below 1 ms they would read as none.
SECONDS = Range(0.001, 2_147_483)
COUNT = Range(1, 1_000_000)
THREADS = Range(1, 64)
PORTS = Range(1, 65535)
# Below this, the 1024 bytes that HAProxy keeps for its own header lines leave too little.
BUFSIZE = Range(4096, 1_048_576)
MAXHDR = Range(1, 32767)
