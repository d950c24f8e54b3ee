"""``$NAME`` and ``${NAME:-default}``: one grammar, and two answers to a variable that is not set.

`fill` gives what Compose gives. `resolve` gives what is certain: a decision that hangs on a value
which nothing gives is not dcgen's to make, so it answers None. Neither is ever written back.

Source: Compose Specification, "Interpolation"; what is no variable at all (``a$``, ``$1``) stays.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from faults import Place, UserError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED = re.compile(
    rf"(?P<name>{_NAME.pattern})(?:(?P<colon>:?)(?P<sign>[-?+])(?P<word>.*))?", re.S
)
_BRACE = re.compile(r"\$\{|\}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable in a text: ``${NAME:-word}`` has the *colon* and the *sign* ``-``.

    The sign is ``-``, ``?``, ``+`` or nothing. With the colon an empty value counts as unset.
    """

    name: str
    colon: bool = False
    sign: str = ""
    word: str = ""


# What stands for a reference that has no value and no default, or an empty value.
_Unset = Callable[[Reference, bool], str]


class _UnknownError(Exception):
    """Nothing gives a value to a variable."""


def fill(text: str, variables: Mapping[str, str], where: Place | None = None) -> str:
    """Return *text* with every variable replaced; an unset one without default is empty.

    A value is not looked into: what it holds is filled in already, or means nothing.

    Raises:
        UserError: ``${NAME:?message}`` and NAME is unset, or a brace is not closed.
    """

    def unset(reference: Reference, is_set: bool) -> str:  # noqa: FBT001 - see _Unset
        if reference.sign != "?" or is_set:
            return ""
        message = fill(reference.word, variables, where)
        what = f"variable '{reference.name}' is not set" + (f": {message}" if message else "")
        fix = f"set {reference.name} in the environment or in .env"
        raise UserError(what, fix=fix, where=where)

    return _expand(text, variables, unset, where)


def resolve(text: str, variables: Mapping[str, str]) -> str | None:
    """Return *text* with every variable replaced; None if one has neither value nor default.

    An empty value is none, unless ``${NAME-default}`` asks for it.

    Raises:
        UserError: A brace is not closed, or holds no variable.
    """

    def unset(reference: Reference, is_set: bool) -> str:  # noqa: ARG001, FBT001 - see _Unset
        raise _UnknownError

    try:
        return _expand(text, variables, unset, None)
    except _UnknownError:
        return None


def check(text: str, where: Place) -> None:
    """See that *text* is one that Compose can fill in, whatever the values are.

    Raises:
        UserError: A brace is not closed, or holds no variable.
    """
    for part in parts(text, where):
        if isinstance(part, Reference) and part.word:
            check(part.word, where)


def split(text: str, separator: str = ":") -> list[str]:
    """Return the parts of *text* between separators; one inside a ``${…}`` is none."""
    parts, depth = [""], 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == separator and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def parts(text: str, where: Place | None) -> Iterator[str | Reference]:
    """Yield the plain parts of *text*, in which ``$$`` is ``$``, and the variables between them.

    Raises:
        UserError: A brace is not closed, or holds no variable.
    """
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        yield text[position:dollar]
        position = dollar + 2
        if text.startswith("$$", dollar):
            yield "$"
        elif text.startswith("${", dollar):
            end = _closing(text, dollar, where)
            yield _braced(text[dollar + 2 : end], where)
            position = end + 1
        elif name := _NAME.match(text, dollar + 1):
            yield Reference(name[0])
            position = name.end()
        else:
            yield "$"
            position = dollar + 1
    yield text[position:]


def escape(text: str) -> str:
    """Return *text* so that Compose's interpolation gives it back as it is."""
    return text.replace("$", "$$")


def _expand(text: str, variables: Mapping[str, str], unset: _Unset, where: Place | None) -> str:
    return "".join(
        part if isinstance(part, str) else _value(part, variables, unset, where)
        for part in parts(text, where)
    )


def _value(
    reference: Reference, variables: Mapping[str, str], unset: _Unset, where: Place | None
) -> str:
    value = variables.get(reference.name)
    is_set = bool(value) if reference.colon else value is not None
    if reference.sign == "+":
        return _expand(reference.word, variables, unset, where) if is_set else ""
    if reference.sign == "-":
        return value or "" if is_set else _expand(reference.word, variables, unset, where)
    return value or unset(reference, is_set)


def _closing(text: str, start: int, where: Place | None) -> int:
    # Only "${" opens: the default of ${A:-{} is a brace (compose-go, "template").
    depth = 0
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "${" else -1
        if depth == 0:
            return brace.start()
    raise UserError(f"'{text}' has a '${{' that is not closed", fix="add the '}'", where=where)


def _braced(inner: str, where: Place | None) -> Reference:
    match = _BRACED.fullmatch(inner)
    if match is None:
        fix = "write ${NAME}, ${NAME:-default} or, for a plain dollar sign, $$"
        raise UserError(f"'${{{inner}}}' is not a variable", fix=fix, where=where)
    return Reference(match["name"], bool(match["colon"]), match["sign"] or "", match["word"] or "")
