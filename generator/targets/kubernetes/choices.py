"""What a person chooses about manifests, beyond what the Compose file says."""

from dataclasses import dataclass
from typing import NamedTuple


class Version(NamedTuple):
    """A version of Kubernetes."""

    major: int
    minor: int

    def __str__(self) -> str:
        """Return it as Kubernetes writes it: ``1.30``."""
        return f"{self.major}.{self.minor}"


OLDEST, NEWEST = Version(1, 20), Version(1, 37)
USUAL = Version(1, 30)  # the first in which a container can sleep without a program of its own


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen.

    Attributes:
        registry: Where images that are built here are: ``HOST/PATH``; empty if not given.
        tag: Their tag; empty if not given.
        version: The oldest Kubernetes that the manifests are for.
    """

    registry: str = ""
    tag: str = ""
    version: Version = USUAL
