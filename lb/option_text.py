"""Choices of a person: typed in a frozen dataclass, and spelt ``mode=http sticky=yes`` in a label.

Each field of such a dataclass is None as long as nothing was chosen. What a value may be is said
once, in the type of its field: ``int | None`` with a range, a ``Literal``, and so on. A field with
the metadata `UNSPELLED` has no word of its own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import Field, dataclass, fields, replace
from functools import cache
from typing import Any, Protocol, TypeVar, get_args

from faults import UserError, nearest

C = TypeVar("C", bound="Choices")
UNSPELLED = {"spelled": False}


class Rule(Protocol):
    """What the values of a field may be; *allowed* says it to a person."""

    @property
    def allowed(self) -> str:
        """What the values may be, in words."""

    def allows(self, value: Any) -> bool:  # noqa: ANN401 - a rule knows the type of its field
        """Tell whether *value* may be one."""


@dataclass(frozen=True, slots=True)
class Text:
    """Texts that match *pattern* as a whole."""

    pattern: str
    allowed: str

    def allows(self, value: str) -> bool:
        """Tell whether *value* matches."""
        return bool(re.fullmatch(self.pattern, value))


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of *values*."""

    values: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The values, in words."""
        return " or ".join(self.values)

    def allows(self, value: str) -> bool:
        """Tell whether *value* is one of them."""
        return value in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The base of the dataclasses: their fields are what there is to choose."""

    def __post_init__(self) -> None:
        require(self)

    def over(self: C, former: C) -> C:
        """Return these choices, and those of *former* where nothing was chosen here."""
        return replace(former, **dict(chosen(self)))

    def words(self) -> str:
        """Return the choices that differ from the defaults, as ``mode=http sticky=yes``."""
        return " ".join(
            f"{spelled(field.name)}={_spell(getattr(self, field.name))}"
            for field in _spelled_fields(type(self))
            if getattr(self, field.name) != field.default
        )

    @classmethod
    def parse(cls: type[C], words: str) -> C:
        """Return the choices that `words` wrote; a later word wins.

        Raises:
            UserError: A word is no choice, its value is not one of that choice, or two contradict.
        """
        return parse(cls, words.split())


def parse(kind: type[C], words: Iterable[str]) -> C:
    """Return the choices of *kind* that *words* say, one each; a later word wins.

    Raises:
        UserError: A word is no choice, its value is not one of that choice, or two contradict.
    """
    return kind(**dict(_parse_word(word, kind) for word in words))


def require(choices: Choices) -> None:
    """See that each value of the dataclass *choices* follows the rule of its field.

    Raises:
        UserError: One does not.
    """
    for name, (_, rule) in _rules(type(choices)).items():  # type: ignore[arg-type]  # a class has a hash
        value = getattr(choices, name)
        if rule and value is not None and not rule.allows(value):
            raise refusal(name, value, rule.allowed)


def chosen(choices: Choices) -> Iterator[tuple[str, Any]]:
    """Yield the fields of the dataclass *choices* in which something was chosen, and what."""
    values = ((field.name, getattr(choices, field.name)) for field in fields(choices))
    return ((name, value) for name, value in values if value not in (None, ()))


def spelled(name: str) -> str:
    """Return the word for the field *name*."""
    return name.replace("_", "-")


def refusal(name: str, value: object, allowed: str) -> UserError:
    """Return the error that says that *value* is none of the field *name*."""
    word = spelled(name)
    return UserError(f"'{value}' is not a value of {word}", fix=f"give {word} {allowed}")


def _spelled_fields(kind: type[Choices]) -> "list[Field[Any]]":
    return [field for field in fields(kind) if field.metadata != UNSPELLED]


@cache
def _rules(kind: type[Choices]) -> dict[str, tuple[type, Rule | None]]:
    # Field to the type of its values, and to their rule.
    return {field.name: _rule(field.type) for field in fields(kind)}


def _rule(written: Any) -> tuple[type, Rule | None]:  # noqa: ANN401 - a type, as it is written
    parts = get_args(written)
    if type(None) in parts:  # "| None" is written where nothing need be chosen
        written = next(part for part in parts if part is not type(None))
    rules = getattr(written, "__metadata__", ())
    if rules:
        return written.__origin__, rules[0]
    options = get_args(written)
    return (str, OneOf(options)) if options else (written, None)


def _parse_word(word: str, kind: type[Choices]) -> tuple[str, Any]:
    key, _, value = word.partition("=")
    names = {spelled(field.name): field.name for field in _spelled_fields(kind)}
    if key not in names:
        raise UserError(
            f"no option named '{key}'",
            fix=nearest(key, names, f"use one of {', '.join(names)}"),
        )
    name = names[key]
    type_, _ = _rules(kind)[name]  # type: ignore[arg-type]  # a class has a hash
    try:
        return name, _read(value, type_)
    except ValueError:
        raise refusal(name, value, "yes or no" if type_ is bool else "a number") from None


def _read(value: str, type_: type) -> object:
    if type_ is bool:
        if value not in {"yes", "no"}:
            raise ValueError(value)
        return value == "yes"
    return type_(value)


def _spell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
