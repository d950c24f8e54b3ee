"""What a person chooses about manifests, beyond what the Compose file says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen.

    Attributes:
        registry: Where images that are built here are: ``HOST/PATH``; empty if not given.
        tag: Their tag; empty if not given.
    """

    registry: str = ""
    tag: str = ""
