"""Where there is no room for an ambassador in the pod of another service."""

from faults import UserError
from generator.targets.kubernetes.choices import Version
from generator.targets.kubernetes.policy import is_closed
from generator.targets.kubernetes.resources import resources
from generator.targets.kubernetes.source import Source

NATIVE = Version(1, 29)  # the first in which a sidecar starts before, and ends after, the others
DEPLOYMENT = "let it have pods of its own: `--ambassador deployment`"


def require_room(source: Source, name: str, kind: str, other: str) -> None:
    """Refuse ambassador *other* in the pods of service *name*, which *kind* keeps running.

    Raises:
        UserError: There is no room for it.
    """
    model, of = source.model, f"in each pod of {name}"
    if "host" in (model.get(name, "network_mode"), model.get(name, "net")):
        raise refused(source, other, of, f"{name} has the network of its node")
    if is_closed(source, name):
        raise refused(source, other, of, f"the networks of {name} are `internal`")
    if kind == "Job" and source.choices.version < NATIVE:
        what = f"before Kubernetes {NATIVE} {name}, which runs once, would never end beside it"
        raise refused(source, other, of, what)
    requests = resources(model, other).get("requests")
    is_reserved = isinstance(requests, dict) and requests.get("cpu") not in (None, "0")
    scaled = source.settings_of(name).get("hpa.max")
    if scaled and not is_reserved:
        what = f"CPU is counted in percent of what a pod reserves, and {other} in it reserves none"
        fix = f"reserve some of {other}: `deploy: {{resources: {{reservations: {{cpus: '0.1'}}}}}}`"
        raise scaled.refused(what, fix)


def refused(source: Source, other: str, of: str, what: str, key: str = "") -> UserError:
    """Return the error that ambassador *other* cannot be a sidecar, *of* whichever pod: *what*.

    *key* is the attribute of it that says so, if one does.
    """
    place = f" {of}" if of else ""
    return UserError(
        f"the ambassador {other!r} cannot be a sidecar{place}: {what}",
        fix=DEPLOYMENT,
        where=source.model.where(other, key),
    )
