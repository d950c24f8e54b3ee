"""In which order the processes of a variant start; they stop the other way round."""

import graphlib
from collections.abc import Iterable, Mapping

from composefile.values import Value
from engine.process.recipes import Recipe
from engine.replicas import links
from engine.variant import Service, Variant
from faults import UserError

_COMPLETED, _HEALTHY = "service_completed_successfully", "service_healthy"


def _depends_on(service: Service) -> dict[str, str]:
    # Returns service to condition. Links are an order, too (docker-compose 1.x, "links").
    value = service.keys.get("depends_on") or {}
    found = dict.fromkeys(links(service).values(), "service_started")
    found |= dict.fromkeys(service.identity.replicas, "service_started")
    if isinstance(value, dict):
        return found | {name: _condition(entry) for name, entry in value.items()}
    return found | dict.fromkeys(service.words("depends_on"), "service_started")


def _condition(entry: Value) -> str:
    condition = entry.get("condition") if isinstance(entry, dict) else None
    return condition if isinstance(condition, str) else "service_started"


def completed(service: Service) -> frozenset[str]:
    """Return the services that must have ended before *service* starts."""
    return frozenset(n for n, condition in _depends_on(service).items() if condition == _COMPLETED)


def required(service: Service) -> frozenset[str]:
    """Return the services without which *service* is not started: a job, or one to be healthy."""
    value = service.keys.get("depends_on")
    optional = {
        name
        for name, entry in (value.items() if isinstance(value, dict) else ())
        if isinstance(entry, dict) and entry.get("required") == "false"
    }
    conditions = {_COMPLETED, _HEALTHY}
    return frozenset(n for n, c in _depends_on(service).items() if c in conditions) - optional


def waves(variant: Variant, recipes: Mapping[str, Recipe]) -> dict[str, int]:
    """Return for each service how many others must be ready before it, counted as steps.

    Raises:
        UserError: Services wait for each other in a circle.
    """
    # A service without a port is nobody's neighbour: it starts after all that have one, and stops
    # before them, so that what it still has to say finds somebody.
    graph = {s.name: {d for d in _depends_on(s) if d in variant.services} for s in variant}
    needed = _reachable(graph, (n for n, r in recipes.items() if r.ports))
    callers = {n for n, r in recipes.items() if not r.ports} - needed
    for name in callers:
        graph[name] |= set(recipes) - callers
    sorter = graphlib.TopologicalSorter(graph)
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        loop = " -> ".join(reversed(error.args[1]))
        place = variant.services[error.args[1][0]].where("depends_on")
        fix = "remove one of these dependencies"
        raise UserError(f"services wait for each other: {loop}", fix=fix, where=place) from error
    found: dict[str, int] = {}
    wave = 0
    while sorter.is_active():
        ready = sorter.get_ready()
        found |= dict.fromkeys(ready, wave)
        sorter.done(*ready)
        wave += 1
    return found


def _reachable(graph: Mapping[str, set[str]], starts: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    todo = list(starts)
    while todo:
        for name in graph[todo.pop()] - seen:
            seen.add(name)
            todo.append(name)
    return seen
