"""Tabs that separate, as in ``image: app<TAB># new``: Compose takes them, the parser here does not.

Source: YAML 1.2, 6.2 "Separation Spaces": tabs may separate tokens, but never indent.
"""

from collections.abc import Callable
from typing import TypeVar

from ruamel.yaml.error import MarkedYAMLError

T = TypeVar("T")

MAX_TRIES = 200
MAX_READ = 32 * 1024 * 1024  # characters in all tries together


def read_with_tabs(text: str, read: Callable[[str], T]) -> T:
    """Return what *read* makes of *text*, with blanks for the tabs that it stumbles over.

    No offset changes.

    Raises:
        MarkedYAMLError: *read* complains of anything else, or of more than 200 tabs.
    """
    for _ in range(min(MAX_TRIES, MAX_READ // (len(text) + 1))):
        outcome = _outcome(text, read)
        if not isinstance(outcome, MarkedYAMLError):
            return outcome
        spaced = _without_tab(text, outcome)
        if spaced is None:
            raise outcome
        text = spaced
    return read(text)


def _outcome(text: str, read: Callable[[str], T]) -> T | MarkedYAMLError:
    try:
        return read(text)
    except MarkedYAMLError as error:
        return error


def _without_tab(text: str, error: MarkedYAMLError) -> str | None:
    start: int = error.problem_mark.index if error.problem_mark else len(text)
    before = text[text.rfind("\n", 0, start) + 1 : start].strip()
    if text[start : start + 1] != "\t" or not before.strip("-"):
        return None
    end = len(text) - len(text[start:].lstrip("\t"))
    return text[:start] + " " * (end - start) + text[end:]
