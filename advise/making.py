"""The variant that an experiment runs: every service that may be doubled, with room for more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from composefile import labels
from composefile.document import load
from composefile.model import Model
from engine.replicas import replicas
from engine.variant import Variant
from faults import UserError
from generator.checks.repetition import repetition_notices, writes_code_only
from generator.result import Settings
from generator.transforms.scale import scale


@dataclass(frozen=True, slots=True)
class Candidates:
    """The services of a file, by what an experiment can do with them.

    Attributes:
        counts: Those that may be doubled, and how many replicas they have.
        clients: Those of them that nobody dials: their replicas ask.
        state: Those that others may wait for, and that keep what only one may have.
        untouched: Those that are not doubled, and why not.
    """

    counts: Mapping[str, int]
    clients: frozenset[str]
    state: tuple[str, ...]
    untouched: Mapping[str, str] = field(default_factory=dict)

    @property
    def balanced(self) -> tuple[str, ...]:
        """Those that may be doubled behind a balancer: it can be asked, and counts."""
        return tuple(name for name in self.counts if name not in self.clients)


def candidates(model: Model, variant: Variant, given: Mapping[str, int]) -> Candidates:
    """Return what an experiment can do with the services of *model*, which runs as *variant*.

    Args:
        model: The file.
        variant: The same, with what it says about numbers of replicas.
        given: Service to replicas, instead of what the file says.

    Raises:
        UserError: *given* names a service that is not there.
    """
    numbers = replicas(variant, {name: n for name, n in given.items() if name in variant.services})
    if unknown := [name for name in given if name not in numbers]:
        what = f"no service named '{unknown[0]}'"
        raise UserError(what, fix=f"name one of {', '.join(numbers)}")
    counts, clients, state = {}, [], []
    untouched = {}
    for name in numbers:
        identity = model.identity(name)
        if identity.role == labels.REPLICA:
            continue
        if kept := next(_kept(model, name), ""):
            untouched[name] = kept
            state.append(name)
            continue
        try:
            is_client = not _balanced(model, name)
        except UserError as error:
            untouched[name] = error.what
            continue
        counts[name] = given.get(name) or _number(variant, numbers, name)
        clients += [name] if is_client else []
    return Candidates(counts, frozenset(clients), tuple(state), untouched)


def _number(variant: Variant, numbers: Mapping[str, int], name: str) -> int:
    identity = variant.services[name].identity
    if not identity.is_balancer:
        return numbers[name]
    return sum(numbers[one] for one in dict.fromkeys(identity.replicas))


def _kept(model: Model, name: str) -> Iterator[str]:
    for notice in repetition_notices(model, name, name, 2):
        if not writes_code_only(model, name) or "write to" not in notice.what:
            yield notice.what


def _balanced(model: Model, name: str) -> bool:
    """Tell whether service *name* gets a balancer when it is scaled.

    Raises:
        UserError: It cannot be scaled.
    """
    if model.identity(name).role == labels.AMBASSADOR:
        fix = "scale it where it runs"
        raise UserError(f"'{name}' points to another host: scale it there", fix=fix)
    made = Model(load(scale(model, name, 2, Settings()).text, model.document.file), model.project)
    return made.identity(name).is_balancer


def with_room(model: Model, room: Mapping[str, int]) -> str:
    """Return the text of *model* with *room* replicas of each service, each behind a balancer.

    Raises:
        UserError: It cannot be made.
    """
    text = model.document.text
    for name, count in room.items():
        current = Model(load(text, model.document.file), model.project)
        text = scale(current, name, count, Settings()).text
    return text
