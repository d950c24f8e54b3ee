"""What a file has a place for, and nothing in it: Compose and Docker refuse that when it runs.

    volumes:
      -                      an entry that is empty
      - "data:${UNSET}"      a mount whose place in the container is

Source: Compose Specification, its schema: no list of a service holds a null.
"""

from collections.abc import Iterator

from composefile.model import Model
from composefile.values import Value, is_ignored
from faults import UserError

_FIX = "take it out, or write what belongs there"


def hollow(model: Model) -> Iterator[UserError]:
    """Yield an error for each empty entry in a list of any service of *model*."""
    for name in model.names:
        for key in model.keys(name):
            for path, index in _empty({key: model.get(name, key)}):
                yield UserError(
                    f"entry {index + 1} of `{path}:` of service {name!r} is empty",
                    fix=_FIX,
                    where=model.where(name, key, index if path == key else None),
                )


def _empty(value: Value, path: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not is_ignored(key):
                yield from _empty(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if inner is None:
                yield path, index
            yield from _empty(inner, path)


def require_target(model: Model, name: str, key: str, target: str, index: int) -> None:
    """Refuse a mount without a place in the container: *target* of an entry of *key*.

    Raises:
        UserError: It is empty.
    """
    if target:
        return
    raise UserError(
        f"entry {index + 1} of `{key}:` of service {name!r} names no place in the container",
        fix="write it with its place, `data:/data`; a variable in it may have no value",
        where=model.where(name, key, index),
    )
