"""Write the services of a Compose file as objects of Kubernetes."""

from collections.abc import Callable, Iterable, Iterator

from faults import UserError
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.around import around
from generator.targets.kubernetes.assembly import assembled
from generator.targets.kubernetes.attributes import judged, refused_of_file
from generator.targets.kubernetes.lost import lost_inside, lost_of_sections
from generator.targets.kubernetes.objects import Given, Object
from generator.targets.kubernetes.order import dependencies
from generator.targets.kubernetes.policy import policies
from generator.targets.kubernetes.source import COMPLETED, Source, require_name
from generator.targets.kubernetes.workload import job_name, kind_of, workload

Beside = Callable[[Source, str, str], Given]


def manifests(source: Source, beside: Beside, shared: Given) -> tuple[list[Object], list[Notice]]:
    """Return the objects of all services without a profile, and what a person has to know.

    Args:
        source: The file.
        beside: What runs in the pods of a service, which a kind keeps running, for other services.
        shared: What all such pods share.

    Raises:
        UserError: Something in the file cannot be written as manifests: the first such thing.
    """
    for error in (*source.wrong, *refused_of_file(source.written)):
        raise error
    for name in source.names:
        require_name(source.model, name)
    notices = [*_left_out(source), *lost_of_sections(source.model)]
    notices += shared.notices
    found = [*shared.objects]
    for name in source.names:
        made, more = _service(source, name, beside)
        found += made
        notices += more
    return _each_once(source, [*found, *policies(source)]), list(dict.fromkeys(notices))


def _left_out(source: Source) -> Iterator[Notice]:
    for name in source.model.document.names:
        if name not in source.names and name not in source.unwritten:
            what = f"{name} is left out: it is started only with a profile"
            where = source.model.where(name, "profiles")
            yield Notice(what, where, fix="give a file in which it has no `profiles:`")


def _service(source: Source, name: str, beside: Beside) -> tuple[list[Object], list[Notice]]:
    kind = kind_of(source, name)
    lost = judged(source.model, name, is_once=kind == "Job")
    pod, given = _pod(source, name, (), beside)
    found = around(source, name, kind)
    made = [*given.objects, workload(source, name, pod, given), *found.objects]
    lost += lost_inside(source.model, name)
    return made, [*lost, *given.notices, *found.notices]


def _pod(
    source: Source, name: str, before: tuple[str, ...], beside: Beside
) -> tuple[Emitted, Given]:
    """Return the pod of service *name*, for which those *before* wait, and what it is given."""
    if name in before:
        raise UserError(
            f"service {name!r} waits for itself: {' → '.join([*before, name])}",
            fix="take one `depends_on` out of the circle",
            where=source.model.where(name, "depends_on"),
        )
    waits = dependencies(source, name).items()
    ended = [other for other, how in waits if how == COMPLETED and other in source.names]
    jobs = {
        other: job_name(other, _pod(source, other, (*before, name), beside)[0]) for other in ended
    }
    kind = kind_of(source, name)
    return assembled(source, name, kind, jobs, beside(source, name, kind))


def _each_once(source: Source, objects: Iterable[Object]) -> list[Object]:
    """Return *objects* without those that several services have in common."""
    found: dict[tuple[str, str], Object] = {}
    for one in objects:
        known = found.setdefault((one.kind, one.name), one)
        if known.body != one.body:
            raise UserError(
                f"two objects would be called {one.name!r}, of {known.where} and {one.where}",
                fix="rename a service",
                where=source.model.where(one.file),
            )
    return list(found.values())
