"""What a service with a provider is to become, as a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults import Place


@dataclass(frozen=True, slots=True)
class Wish:
    """What a service is to become.

    Attributes:
        service: Its name.
        made: A Compose file with what stands in for the service, and nothing else.
        done: The same in words.
        folder: The folder of the project.
        where: The place that asks for the provider.
        is_awaited: Whether another service waits until it is healthy.
        said: What a person should know, a sentence each.
    """

    service: str
    made: Mapping[str, Any]
    done: str
    folder: Path
    where: Place
    is_awaited: bool
    said: Sequence[str] = ()
