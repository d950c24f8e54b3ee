"""The `deploy` of a service in a stack: how many tasks, where, and how they are replaced.

A new task starts before an old one ends, and an old one is out of DNS some two seconds before it is
told to end; so an update loses nothing. What holds a host's port or a volume is replaced the other
way round. Sources: Compose Deploy Specification; Docker, "docker service create".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from composefile.labels import REPLICA
from composefile.model import Model
from composefile.values import Value
from faults import Check
from generator.editing.emit import Emitted
from generator.targets.swarm.shapes import (
    Shape,
    ShapeError,
    cpus,
    duration,
    number,
    shaped,
    size,
    text,
    whole,
)
from generator.targets.swarm.told import Told, refused

_CONFIG = {
    "parallelism": whole,
    "delay": duration,
    "failure_action": text,
    "monitor": duration,
    "max_failure_ratio": number,
    "order": text,
}
_LIMITS: dict[str, Shape] = {"cpus": cpus, "memory": size, "pids": whole}
_RESERVED: dict[str, Shape] = {
    "cpus": cpus,
    "memory": size,
    "generic_resources": [{"discrete_resource_spec": {"kind": text, "value": whole}}],
}
DEPLOY: dict[str, Shape] = {
    "mode": text,
    "replicas": whole,
    "endpoint_mode": text,
    "labels": {},
    "placement": {
        "constraints": [text],
        "preferences": [{"spread": text}],
        "max_replicas_per_node": whole,
    },
    "resources": {"limits": _LIMITS, "reservations": _RESERVED},
    "restart_policy": {
        "condition": text,
        "delay": duration,
        "max_attempts": whole,
        "window": duration,
    },
    "update_config": _CONFIG,
    "rollback_config": _CONFIG,
}
_CONDITIONS = {"no": "none", "always": "any", "unless-stopped": "any", "on-failure": "on-failure"}
# The first key stands for the second, if that is not there.
_LIMIT_KEYS = {
    "mem_limit": ("limits", "memory"),
    "cpus": ("limits", "cpus"),
    "pids_limit": ("limits", "pids"),
    "mem_reservation": ("reservations", "memory"),
}
PAUSE = "10s"  # between two tasks: what a program without a health check may take to listen


@dataclass(frozen=True, slots=True)
class Held:
    """What a service holds that a second task beside the first cannot have."""

    host_port: bool = False
    ingress_port: bool = False
    volume: bool = False


def deployed(
    model: Model, name: str, held: Held, endpoint_mode: str, told: Told
) -> dict[str, Emitted]:
    """Return the `deploy` of service *name*.

    Args:
        model: The services, values filled in.
        name: One of them.
        held: What it holds.
        endpoint_mode: What its name stands for, unless it is of one kind anyway.
        told: What is said.

    Raises:
        UserError: It says something that Swarm has not.
    """
    found = _shaped(model, name, model.get(name, "deploy"))
    mode = str(found.get("mode") or "replicated")
    if mode.startswith("replicated") and "replicas" not in found:
        count = model.get(name, "scale")
        found["replicas"] = 1 if count is None else _limit(model, name, "scale", count, whole)
    found |= _resources(model, name, found)
    found |= _restart(model, name, found)
    if not mode.endswith("-job"):
        # The replicas of a balancer are what is scaled.
        several = model.identity(name).role == REPLICA or found.get("replicas") not in (0, 1)
        found |= _updates(found, held, is_global=mode == "global", several=several)
    kind = _endpoint(model, name, found, held, endpoint_mode)
    found.pop("endpoint_mode", None)
    _tell_volume(model, name, found, held, told)
    return {**found, "endpoint_mode": kind} if kind == "dnsrr" else found


def deploy_checks(model: Model, name: str) -> Iterator[Check]:
    """Yield a check of each value that `deployed` reads of service *name*: one hides no other."""
    value = model.get(name, "deploy")
    for one in _each(value) if isinstance(value, dict) else ():
        yield partial(_shaped, model, name, one)
    for kind in _LIMIT_KEYS:
        yield partial(_alone, model, name, kind)
    yield partial(_restart, model, name, {})


def _each(value: Value) -> Iterator[Value]:
    """Yield each leaf of *value* in mappings of its own."""
    if not isinstance(value, dict) or not value:
        yield value
        return
    for key, item in value.items():
        yield from ({key: one} for one in _each(item))


def _shaped(model: Model, name: str, value: Value) -> dict[str, Emitted]:
    try:
        shape = shaped(value if isinstance(value, dict) else {}, DEPLOY, "deploy")
    except ShapeError as error:
        fix = "give a file without it" if "nothing like" in error.why else "write it so"
        raise refused(model, name, "deploy", error.why, fix, error.path) from None
    return dict(shape) if isinstance(shape, dict) else {}


def _resources(model: Model, name: str, found: dict[str, Emitted]) -> dict[str, Emitted]:
    present = found.get("resources")
    resources: dict[str, dict[str, Emitted]] = {"limits": {}, "reservations": {}}
    for kind, (section, key) in _LIMIT_KEYS.items():
        limit = _alone(model, name, kind)
        if limit is not None:
            resources[section][key] = limit
    if isinstance(present, dict):
        for section, values in present.items():
            resources[section] |= values if isinstance(values, dict) else {}
    written: dict[str, Emitted] = {key: values for key, values in resources.items() if values}
    return {"resources": written} if written else {}


def _alone(model: Model, name: str, kind: str) -> Emitted:
    value = model.get(name, kind)
    is_none = value in (None, "0") or (kind == "pids_limit" and value == "-1")
    return None if is_none else _limit(model, name, kind, value, _LIMITS[_LIMIT_KEYS[kind][1]])


def _limit(model: Model, name: str, kind: str, value: Value, shape: Shape) -> Emitted:
    try:
        return shaped(value, shape, kind)
    except ShapeError as error:
        raise refused(model, name, kind, error.why, "write it so") from None


def _restart(model: Model, name: str, found: dict[str, Emitted]) -> dict[str, Emitted]:
    value = model.get(name, "restart")
    if "restart_policy" in found:
        return {}
    if not isinstance(value, str):
        # Swarm starts again whatever ends, and what others wait for is to end.
        return {"restart_policy": {"condition": "on-failure"}} if _is_to_end(model, name) else {}
    word, _, attempts = value.partition(":")
    if word not in _CONDITIONS:
        fix = f"choose one of: {', '.join(_CONDITIONS)}"
        raise refused(model, name, "restart", f"{value!r} is not a policy", fix)
    policy: dict[str, Emitted] = {"condition": _CONDITIONS[word]}
    return {
        "restart_policy": policy | ({"max_attempts": int(attempts)} if attempts.isdecimal() else {})
    }


def _is_to_end(model: Model, name: str) -> bool:
    waits = (model.get(other, "depends_on") for other in model.names)
    found = (wait.get(name) for wait in waits if isinstance(wait, dict))
    return any(
        isinstance(one, dict) and one.get("condition") == "service_completed_successfully"
        for one in found
    )


def _updates(
    found: dict[str, Emitted], held: Held, *, is_global: bool, several: bool
) -> dict[str, Emitted]:
    alone = held.host_port or held.volume or is_global
    order = "stop-first" if alone else "start-first"
    ours: dict[str, Emitted] = {"parallelism": 1, "delay": PAUSE} if several else {}
    ours |= {"order": order, "failure_action": "rollback", "monitor": "15s"}
    given, back = found.get("update_config"), found.get("rollback_config")
    updates = ours | dict(given) if isinstance(given, dict) else ours
    again: dict[str, Emitted] = {"order": updates["order"]}
    again |= dict(back) if isinstance(back, dict) else {}
    written: dict[str, Emitted] = {"update_config": updates}
    return written | ({"rollback_config": again} if again != {"order": "stop-first"} else {})


def _endpoint(
    model: Model, name: str, found: dict[str, Emitted], held: Held, endpoint_mode: str
) -> str:
    is_replica = model.identity(name).role == REPLICA
    chosen = "dnsrr" if is_replica else str(found.get("endpoint_mode") or endpoint_mode)
    if chosen == "dnsrr" and held.ingress_port:
        why = "a port that all nodes publish (ingress) needs `endpoint_mode: vip`"
        fix = "publish on the nodes that run it, with `--publish host`"
        raise refused(model, name, "ports", why, fix)
    return chosen


def _tell_volume(
    model: Model, name: str, found: dict[str, Emitted], held: Held, told: Told
) -> None:
    placement = found.get("placement")
    is_placed = isinstance(placement, dict) and "node." in str(placement.get("constraints"))
    if not held.volume or is_placed:
        return
    told.say(
        f"volumes of {name} are local to a node: on another one it starts with empty ones",
        model.where(name, "volumes"),
        fix=f"add to {name}: `deploy: {{placement: {{constraints: [node.hostname == NODE]}}}}`",
    )
