"""Options that hold for every port, or for one: ``--mode http``, ``--mode 8080=http``."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from lb.options import PortOptions, by_port, port_number

NAMES = ("mode", "server_maxconn", "health_path")
_OF_A_PORT = r"(?s)(?:(?P<port>[0-9]+)=)?(?P<value>.*)"


@dataclass(frozen=True, slots=True)
class ForPort:
    """A *value* of an option, for the container port *port*; None is for every one."""

    port: int | None
    value: Any

    def __str__(self) -> str:
        return str(self.value) if self.port is None else f"{self.port}={self.value}"


def within_port(
    kind: Callable[[str], Any], spellings: Mapping[str, str] | None = None
) -> Callable[[str], ForPort]:
    """Return the type of such an option: values of *kind*; *spellings* are other words for some."""
    others = spellings or {}

    def value_for_port(word: str) -> ForPort:
        port, value = _split(word)
        return ForPort(port_number(port) if port else None, kind(others.get(value, value)))

    return value_for_port


def completing(words: Sequence[str]) -> Callable[..., list[str]]:
    """Return the completion of such an option whose values are *words*."""

    def complete(
        ctx: click.Context,  # noqa: ARG001 - click's signature
        param: click.Parameter,  # noqa: ARG001
        incomplete: str,
    ) -> list[str]:
        port, separator, begun = incomplete.rpartition("=")
        found = [word for word in words if word.startswith(begun)]
        return [f"{port}{separator}{word}" for word in found]

    return complete


def over(new: Sequence[str], former: Sequence[str]) -> list[str]:
    """Return the words of such an option that are in force when *new* ones follow *former* ones.

    Each word is one value, behind the name of the option: ``--mode``, ``8080=http``.
    """
    chosen = {_split(word)[0] for word in new[1::2]}
    pairs = zip(former[::2], former[1::2], strict=True)
    kept = [pair for pair in pairs if None not in chosen and _split(pair[1])[0] not in chosen]
    return [*(word for pair in kept for word in pair), *new]


def _split(word: str) -> tuple[str | None, str]:
    match = re.fullmatch(_OF_A_PORT, word)
    assert match  # noqa: S101 - every text matches
    return match["port"], match["value"]


def general(found: Iterable[ForPort]) -> Any:  # noqa: ANN401 - a value of the option
    """Return what *found* says for every port; a later one wins, and None is nothing."""
    return next((one.value for one in reversed(list(found)) if one.port is None), None)


def of_ports(given: Mapping[str, Sequence[ForPort]]) -> Any:  # noqa: ANN401 - see `Choices`
    """Return what *given*, values by the names of their options, says for single ports."""
    found: dict[int, dict[str, Any]] = {}
    for name, values in given.items():
        for one in values:
            if one.port is not None:
                found.setdefault(one.port, {})[name] = one.value
    return by_port({port: PortOptions(**values) for port, values in found.items()})
