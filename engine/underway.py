"""What a command says that may take minutes, while it takes them."""

from dataclasses import dataclass

from engine.hosts import Host


@dataclass(frozen=True, slots=True)
class Underway:
    """What a command that may take minutes, such as a build, says now.

    Attributes:
        host: Where it runs.
        text: A line; empty at its end.
        lasting: Whether the line is worth being kept: it is no step of a download.
    """

    host: Host
    text: str = ""
    lasting: bool = True
