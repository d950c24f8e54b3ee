"""One Compose file with every path of Compose's schema, of the small ones that each set one.

Paths that contradict each other are in different services: `web`, `web2`, `web3`.
"""

import re
from collections.abc import Iterable
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from tests.generator.every_path import ROWS, file_with, is_below, paths

_MOST = 100
_NAMED = re.compile(r"(web|mine|data|front)(\d*)(:.*)?")


def at_once(chosen: Iterable[str]) -> str:
    """Return one Compose file in which all paths *chosen* are set."""
    whole: dict[str, Any] = {}
    values = paths()
    for path in chosen:
        made = YAML(typ="safe").load(file_with(path, values[path]))
        apart = next((index for index, row in enumerate(ROWS["apart"]) if is_below(path, row)), -1)
        numbers = range(1, _MOST) if apart < 0 else [_MOST + apart]
        several = (_renamed(made, number) for number in numbers)
        fitting = next((one for one in several if _fits(whole, one)), None)
        assert fitting is not None, path
        _put(whole, fitting)
    stream = StringIO()
    YAML(typ="safe").dump(whole, stream)
    return stream.getvalue()


def plain(text: str) -> str:
    """Return *text* without the numbers in names, and without the names that are the same then."""
    return re.sub(r"\bweb(, web)+", "web", re.sub(r"\b(web|mine|data|front)\d+\b", r"\1", text))


def _renamed(made: Any, number: int) -> Any:
    if isinstance(made, dict):
        return {_name(key, number): _renamed(value, number) for key, value in made.items()}
    if isinstance(made, list):
        return [_renamed(item, number) for item in made]
    return _name(made, number)


def _name(word: Any, number: int) -> Any:
    match = _NAMED.fullmatch(word) if isinstance(word, str) and number > 1 else None
    return f"{match[1]}{number}{match[3] or ''}" if match else word


def _fits(whole: Any, made: Any) -> bool:
    if isinstance(whole, dict) and isinstance(made, dict):
        return all(key not in whole or _fits(whole[key], value) for key, value in made.items())
    return (isinstance(whole, list) and isinstance(made, list)) or bool(whole == made)


def _put(whole: dict[str, Any], made: dict[str, Any]) -> None:
    for key, value in made.items():
        if isinstance(whole.get(key), dict) and isinstance(value, dict):
            _put(whole[key], value)
        elif isinstance(whole.get(key), list):
            whole[key] += [one for one in value if one not in whole[key]]
        else:
            whole[key] = value
