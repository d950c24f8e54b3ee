"""Who dials an ambassador that is a sidecar, and by which names."""

from composefile.labels import AMBASSADOR
from composefile.model import Model
from composefile.references import dials, references
from composefile.values import words
from generator.targets.kubernetes.services import aliases
from generator.targets.kubernetes.source import Source


def chosen(model: Model, ambassador: str) -> tuple[str, ...]:
    """Return the services of *model* that become sidecars, as *ambassador* chooses."""
    if ambassador != "sidecar":
        return ()
    names = model.document.names
    started = (name for name in names if not words(model.get(name, "profiles")))
    return tuple(name for name in started if model.identity(name).role == AMBASSADOR)


def called(source: Source, other: str) -> tuple[str, ...]:
    """Return the names under which ambassador *other* is dialled."""
    return (other, *aliases(source, other, references(source.model, other)))


def consumers(source: Source, other: str) -> list[str]:
    """Return the services in whose pods ambassador *other* is."""
    named = {reference.service for reference in references(source.model, other)}
    return [
        name
        for name in source.names
        if name in named or any(dials(source.model, name, one) for one in called(source, other))
    ]
