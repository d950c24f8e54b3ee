"""Choices as words, ``mode=http sticky=yes``: how a label spells a frozen dataclass of them."""

from dataclasses import fields
from typing import Any

from faults import UserError


def words(choices: Any) -> str:  # noqa: ANN401 - any dataclass
    """Return those of *choices* that differ from their defaults, as ``mode=http sticky=yes``."""
    return " ".join(
        f"{spelled(field.name)}={_spell(getattr(choices, field.name))}"
        for field in fields(choices)
        if getattr(choices, field.name) != field.default
    )


def values(kind: Any, text: str) -> dict[str, Any]:  # noqa: ANN401
    """Return what the words of *text* say about the fields of the dataclass *kind*.

    Raises:
        UserError: A word names no field, or its value is not of the field's type.
    """
    types = {spelled(field.name): (field.name, str(field.type)) for field in fields(kind)}
    return dict(_parse_word(word, types) for word in text.split())


def spelled(name: str) -> str:
    """Return the word for the field *name*."""
    return name.replace("_", "-")


def refusal(name: str, value: object, allowed: str) -> UserError:
    """Return the error that says that *value* is none of the field *name*."""
    word = spelled(name)
    return UserError(f"'{value}' is not a value of {word}", fix=f"give {word} {allowed}")


def _parse_word(word: str, types: dict[str, tuple[str, str]]) -> tuple[str, Any]:
    key, _, value = word.partition("=")
    if key not in types:
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

        near = get_close_matches(key, types, 1)
        raise UserError(
            f"no option named '{key}'",
            fix=f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(types)}",
        )
    name, type_ = types[key]
    try:
        return name, _read(value, type_)
    except ValueError:
        raise refusal(name, value, "yes or no" if "bool" in type_ else "a number") from None


def _read(value: str, type_: str) -> object:
    if "bool" in type_:
        if value not in {"yes", "no"}:
            raise ValueError(value)
        return value == "yes"
    if "int" in type_:
        return int(value)
    return float(value) if "float" in type_ else value


def _spell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
