"""Fill in ``$NAME`` and ``${NAME:-default}`` as Compose does.

Source: Compose Specification, "12-interpolation". ``$$`` is a dollar sign.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from faults import Place, UserError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")


def variables(folder: Path) -> dict[str, str]:
    """Return what may be filled in: the environment, then *folder*'s ``.env`` below it."""
    file = folder / ".env"
    values = {k: v or "" for k, v in dotenv_values(file).items()} if file.is_file() else {}
    return values | dict(os.environ)


def fill(text: str, values: Mapping[str, str], where: Place) -> str:
    """Return *text* with every variable replaced; an unset one without default is empty.

    Raises:
        UserError: ``${NAME:?message}`` and NAME is unset, or a brace is not closed.
    """
    parts = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        parts.append(text[position:dollar])
        replacement, position = _one(text, dollar + 1, values, where)
        parts.append(replacement)
    return "".join(parts) + text[position:]


def _one(text: str, start: int, values: Mapping[str, str], where: Place) -> tuple[str, int]:
    # Returns what stands for the variable whose "$" is before *start*, and where it ends.
    if text.startswith("$", start):
        return "$", start + 1
    if text.startswith("{", start):
        end = _closing(text, start, where)
        return _braced(text[start + 1 : end], values, where), end + 1
    if name := _NAME.match(text, start):
        return values.get(name[0], ""), name.end()
    return "$", start


def _closing(text: str, start: int, where: Place) -> int:
    depth = 0
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position
    raise UserError(f"'{text}' has a '${{' that is not closed", fix="add the '}'", where=where)


def _braced(inner: str, values: Mapping[str, str], where: Place) -> str:
    name = _NAME.match(inner)
    rest = inner[name.end() :] if name else inner
    operator = _OPERATOR.match(rest)
    if not name or (rest and not operator):
        fix = "write ${NAME}, ${NAME:-default} or, for a plain dollar sign, $$"
        raise UserError(f"'${{{inner}}}' is not a variable", fix=fix, where=where)
    value = values.get(name[0])
    if not operator:
        return value or ""
    word = rest[operator.end() :]
    # With the colon an empty value counts as unset.
    is_set = bool(value) if operator[0][0] == ":" else value is not None
    if operator[0][-1] == "+":
        return fill(word, values, where) if is_set else ""
    if is_set:
        return value or ""
    if operator[0][-1] == "?":
        message = fill(word, values, where)
        what = f"variable '{name[0]}' is not set" + (f": {message}" if message else "")
        raise UserError(what, fix=f"set {name[0]} in the environment or in .env", where=where)
    return fill(word, values, where)
