"""What the system cannot take over into a process: a name that is a path, a text with a NUL.

Source: Compose Specification, "services": names of services are `[a-zA-Z0-9._-]+`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from engine.variant import Service
from faults import UserError

_NAME = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,100}")


def require_sound(service: Service) -> None:
    """Return if the name and the texts of *service* can be those of a process.

    Raises:
        UserError: The name is none of Compose's, or a text holds what no process can be given.
    """
    if not _NAME.fullmatch(service.name):
        what = f"service '{service.name[:100]}' has a name that Compose refuses"
        fix = "use up to 100 letters, digits, '-', '_' and '.'"
        raise UserError(what, fix=fix, where=service.place)
    for key, value in service.keys.items():
        if any(not is_sound(text) for text in _texts([key, value])):
            raise _unsound(service, key)


def require_sound_program(service: Service, words: Iterable[str]) -> None:
    """Return if *words*, which the Dockerfile of *service* has a part in, can be a command line.

    Raises:
        UserError: One holds what no process can be given.
    """
    if not all(map(is_sound, words)):
        raise _unsound(service, "build", "the command of its Dockerfile")


def require_sound_environment(service: Service, env: Mapping[str, str]) -> None:
    """Return if *env* can be the variables of a process of *service*.

    Raises:
        UserError: A name or a value holds what no process can be given.
    """
    for name, value in env.items():
        if not name or "=" in name or not is_sound(name + value):
            raise _unsound(service, "environment", name)


def is_sound(text: str) -> bool:
    """Return whether a command line, a path or a variable can hold *text*."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _unsound(service: Service, key: str, name: str = "") -> UserError:
    of = f", in '{name[:100]}'," if name else ""
    what = f"service '{service.name}' has in '{key}'{of} what no process can be given"
    fix = "write names of variables without '=', and no NUL and no half of a surrogate pair"
    return UserError(what, fix=fix, where=service.where(key))


def _texts(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, dict):
            yield from _texts(value.keys())
            yield from _texts(value.values())
        elif isinstance(value, list):
            yield from _texts(value)
        elif isinstance(value, str):
            yield value
