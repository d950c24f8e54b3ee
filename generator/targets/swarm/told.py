"""What a person has to know about a stack: said once for all services that it is about."""

from dataclasses import dataclass, field

from composefile.model import Model
from faults import Place, UserError
from generator.result import Notice


@dataclass(slots=True)
class Told:
    """The notices of one stack, in the order of what came first."""

    _left_out: dict[tuple[str, str, str], tuple[Place, list[str]]] = field(default_factory=dict)
    _of: dict[tuple[str, str], tuple[Place, list[str]]] = field(default_factory=dict)
    _others: list[Notice] = field(default_factory=list)

    def left_out(
        self, model: Model, name: str, key: str, why: str, fix: str, shown: str = ""
    ) -> None:
        """Say that *key* of service *name*, called *shown*, is not in the stack, and *why*."""
        where = model.where(name, key)
        _, names = self._left_out.setdefault((shown or key, why, fix), (where, []))
        if name not in names:
            names.append(name)

    def say_of(self, name: str, what: str, where: Place, fix: str) -> None:
        """Say *what* of service *name*: one notice for all services of which it is said."""
        _, names = self._of.setdefault((what, fix), (where, []))
        if name not in names:
            names.append(name)

    def say(self, what: str, where: Place, fix: str) -> None:
        """Say *what*, once."""
        notice = Notice(what, where, fix=fix)
        if notice not in self._others:
            self._others.append(notice)

    @property
    def notices(self) -> list[Notice]:
        """All that was said: what is left out first."""
        found = [
            Notice(f"`{key}:` of {', '.join(names)} is left out: {why}", where, fix=fix)
            for (key, why, fix), (where, names) in self._left_out.items()
        ]
        found += [
            Notice(f"{', '.join(names)}: {what}", where, fix=fix)
            for (what, fix), (where, names) in self._of.items()
        ]
        return [*found, *self._others]


def refused(model: Model, name: str, key: str, why: str, fix: str, shown: str = "") -> UserError:
    """Return the error that *key* of service *name*, called *shown*, cannot be in a stack."""
    return UserError(
        f"`{shown or key}:` of service {name!r} cannot be in a stack: {why}",
        fix=fix,
        where=model.where(name, key),
    )
