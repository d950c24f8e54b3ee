"""What all pods with an ambassador as a sidecar share, and what is said of it."""

from collections.abc import Iterator

from composefile.labels import PREFIX
from composefile.model import Model
from composefile.values import is_ignored, pairs
from generator.result import Notice
from generator.targets.kubernetes.attributes import judged
from generator.targets.kubernetes.consumers import consumers
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.parts import parts
from generator.targets.kubernetes.room import DEPLOYMENT, refused
from generator.targets.kubernetes.security import PORT_START
from generator.targets.kubernetes.source import Source

# What the container of an ambassador has, and what of it holds for the whole of a pod, too.
_OF_CONTAINER = (
    *("build", "cap_add", "cap_drop", "command", "configs", "container_name", "cpu_period"),
    *("cpu_quota", "cpu_shares", "cpus", "deploy", "entrypoint", "env_file", "environment"),
    *("expose", "healthcheck", "image", "labels", "mem_limit", "mem_reservation", "networks"),
    *("privileged", "pull_policy", "read_only", "restart", "secrets", "security_opt"),
    *("stop_grace_period", "user", "working_dir"),
)


def once(source: Source) -> Given:
    """Return what all pods with a sidecar share, and what a person has to know of each.

    Raises:
        UserError: An ambassador has what a part of another pod cannot have.
    """
    return together(_shared(source, name) for name in source.sidecars)


def _shared(source: Source, other: str) -> Given:
    model, given = source.model, parts(source, other)
    if not model.get(other, "configs"):
        raise refused(source, other, "", "it is configured by arguments")
    for key in model.keys(other):
        is_known = key in _OF_CONTAINER or is_ignored(key)
        if not is_known and not _is_moot(model, other, key):
            raise refused(source, other, "", f"`{key}:` is of a pod of its own", key)
    deploy = model.get(other, "deploy")
    for key in deploy if isinstance(deploy, dict) else ():
        if key != "resources":
            raise refused(source, other, "", f"`deploy.{key}:` is of a pod of its own", "deploy")
    lost = judged(model, other, is_once=False)
    said = [*lost, *given.notices, *_labels(source, other), _told(source, other)]
    return Given(objects=given.objects, notices=tuple(said))


def _is_moot(model: Model, other: str, key: str) -> bool:
    """Tell whether *key* says nothing, or what each pod with low ports has."""
    value = model.get(other, key)
    return not value or (key == "sysctls" and set(pairs(value)) <= {PORT_START})


def _labels(source: Source, other: str) -> Iterator[Notice]:
    labels = pairs(source.model.get(other, "labels"))
    theirs = [key for key in labels if not key.startswith(PREFIX)]
    if theirs:
        what = f"the label {theirs[0]!r} of {other} is left out: a sidecar has no annotations"
        yield Notice(what, source.model.where(other, "labels"), fix=DEPLOYMENT)


def _told(source: Source, other: str) -> Notice:
    where, found = source.model.where(other), consumers(source, other)
    if not found:
        what = f"{other} is left out: no service is seen to dial it"
        fix = f"name it where it is dialled: `depends_on: [{other}]`; or `--ambassador deployment`"
        return Notice(what, where, fix=fix)
    what = f"the HAProxy of {other} runs in each pod of {', '.join(found)}; no other knows the name"
    return Notice(what, where, fix=f"name it where else it is dialled: `depends_on: [{other}]`")
