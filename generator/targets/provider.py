"""Write what was done as providers, for Compose to have it done at each ``up``.

    dcgen scale rng=3 --mode http --sticky

    services:
      rng:
        provider:
          type: dcgen
          options:
            replicas: 3
            mode: http
            sticky: true

Source: Compose Specification, "services", `provider`; Compose 2.36 or later has it.
"""

import shlex
from collections.abc import Iterator, Sequence

from faults import UsageError
from generator.editing.emit import Emitted, Layout, entries
from generator.result import HEADER, Made

_VALUES = {"scale": "replicas", "ambassador": "upstream"}


def write(made: Made) -> dict[str, str]:
    """Return the changes of *made* as an overlay of providers.

    Raises:
        UsageError: A change is none that a provider makes, or needs a file beside it.
    """
    if made.variant.files:
        what = f"`--provider` writes one file, not {', '.join(made.variant.files)} beside it"
        raise UsageError(what, fix="leave out `--lb-config file`")
    services: dict[str, Emitted] = {}
    for command, words in made.changes:
        if command not in _VALUES:
            what = f"a provider cannot do what `dcgen {command}` does"
            raise UsageError(what, fix="leave out `--provider`, or take it back: dcgen undo")
        service, options = _understood(command, shlex.split(words))
        services[service] = {"provider": {"type": "dcgen", "options": options}}
    text = entries({"services": services}, Layout(), 0)
    return {made.name: f"{HEADER}\n{text}"}


def _understood(command: str, words: Sequence[str]) -> tuple[str, dict[str, Emitted]]:
    rest = list(words)
    name, equals, value = rest.pop(0).partition("=")
    value = value if equals else rest.pop(0)
    found: dict[str, list[Emitted]] = {_VALUES[command]: [_typed(value)]}
    for option, given in _options(rest):
        found.setdefault(option, []).append(given)
    options = {option: given[0] if len(given) == 1 else given for option, given in found.items()}
    return name.removeprefix("--"), options


def _options(words: Sequence[str]) -> Iterator[tuple[str, Emitted]]:
    # As `VariantCommand` records them: a value is a word of its own.
    rest = list(words)
    while rest:
        name = rest.pop(0).removeprefix("--")
        takes_next = rest and not rest[0].startswith("--")
        yield name, _typed(rest.pop(0)) if takes_next else True


def _typed(word: str) -> Emitted:
    return int(word) if str(int(word) if word.isdecimal() else "") == word else word
