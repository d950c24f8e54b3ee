"""The errors that a person can cause and mend; a bug is none of these and keeps its traceback."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_PASSWORD = re.compile(r"(://[^\s:/@]*:)\S+(@)")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file that a person wrote: *line* counts from 1, 0 means the whole file."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        name = printable(self.file)
        return f"{name}:{self.line}" if self.line else name


def printable(text: str) -> str:
    """Return *text* on one line and without what would steer a terminal: files quote anything.

    The password of a URL in it is left out.
    """
    if "@" in text:
        text = _PASSWORD.sub(r"\1…\2", text)
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return the fix for a *name* that is not *known*: the nearest one, or else *otherwise*."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else otherwise


class UserError(Exception):
    """A fact about the input that keeps dcgen from going on, and the one thing that mends it.

    Args:
        what: The fact, with the offending name quoted and the rule that it breaks.
        fix: One thing to do, in the imperative.
        where: The place in the file that is to blame; None if no file is.
        reasons: Why it is so, where there are several reasons; each is shown on a line of its own.
        more_fixes: What else to do, where one thing does not mend all *reasons*; a line each.
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        fix: str,
        where: Place | None = None,
        reasons: Iterable[str] = (),
        more_fixes: Iterable[str] = (),
    ) -> None:
        super().__init__(printable(what))
        self.what = printable(what)
        self.fix = printable(fix)
        self.where = where
        self.reasons = tuple(map(printable, reasons))
        self.fixes = (self.fix, *map(printable, more_fixes))

    @property
    def each(self) -> "tuple[UserError, ...]":
        """This error; several of which one was made (`all_of`) are all of them."""
        return (self,)

    def __str__(self) -> str:
        what = f"{self.where}: {self.what}" if self.where else self.what
        return "\n".join([what, *self.reasons, *(f"fix: {fix}" for fix in self.fixes)])


# What raises an error if something is wrong, or the error.
Check = Callable[[], object] | UserError


class CombinedError(UserError):
    """Several facts about the input, each with its place and its fix."""

    def __init__(self, errors: "Iterable[UserError]") -> None:
        self._each = tuple(errors)
        first = self._each[0]
        super().__init__(first.what, fix=first.fix, where=first.where, reasons=first.reasons)

    @property
    def each(self) -> tuple[UserError, ...]:
        """The errors, in the order of their lines."""
        return self._each

    def __str__(self) -> str:
        return "\n".join(map(str, self._each))


def all_of(first: UserError, checks: Iterable[Check]) -> UserError:
    """Return *first* with what else *checks* find wrong, by file and line, each fact once.

    Each of *checks* that is not an error already is made, whatever another one finds. An error
    that is not about the input alone, such as that of a missing program, stays as it is.
    """
    found = {str(first): first}
    for error in _errors(checks) if first.exit_code == UserError.exit_code else ():
        found.setdefault(str(error), error)
    if len(found) == 1:
        return first
    return CombinedError(sorted(found.values(), key=_by_line))


def _errors(checks: Iterable[Check]) -> Iterator[UserError]:
    try:
        for check in checks:
            yield from _error(check)
    except UserError as error:  # what makes the checks cannot read on
        yield error


def _error(check: Check) -> Iterator[UserError]:
    if isinstance(check, UserError):
        yield check
        return
    try:
        check()
    except UserError as error:
        yield error


def _by_line(error: UserError) -> tuple[str, int]:
    return (error.where.file, error.where.line) if error.where else ("", 0)


class UsageError(UserError):
    """Arguments that contradict each other or do not read as what they should be (exit code 2)."""

    exit_code = 2


class HostError(UserError):
    """Something around us is missing or refuses: no Docker, no ``haproxy``, a busy port."""

    exit_code = 3
