"""A PodDisruptionBudget: how many pods of a service may be evicted at once, for a drained node.

Source: Kubernetes, "Specifying a Disruption Budget for your Application".
"""

import math

from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.choices import Version
from generator.targets.kubernetes.objects import Given
from generator.targets.kubernetes.settings import Setting, group
from generator.targets.kubernetes.source import Source

_STABLE = Version(1, 21)
_CAMEL = {"pdb.max-unavailable": "maxUnavailable", "pdb.min-available": "minAvailable"}


def budget(source: Source, name: str, kind: str) -> Given:
    """Return the budget of service *name*, whose pods are kept running by *kind*.

    That of a balancer is about its replicas, where each is a service of its own.

    Raises:
        UserError: One is asked for that cannot be.
    """
    found = group(source.settings_of(name), "pdb")
    if not found:
        return Given()
    (key, setting), *others = found.items()
    if others:
        what = "a budget has either `max-unavailable` or `min-available`"
        raise others[0][1].refused(what, "take one of them out")
    if kind not in ("Deployment", "StatefulSet"):
        what = f"{name} is a {kind}, whose pods are not evicted by number"
        raise setting.refused(what, f"take `pdb` out of {name}")
    replicas = [one for one in source.model.identity(name).replicas if one in source.names]
    value: Emitted = int(setting.value) if setting.value.isdecimal() else setting.value
    spec: Emitted = {_CAMEL[key]: value, "selector": _selector(source, name, replicas)}
    version = "v1" if source.choices.version >= _STABLE else "v1beta1"
    made = source.made(name, (f"policy/{version}", "PodDisruptionBudget"), name, {"spec": spec})
    count = len(replicas) or source.least(name)
    return Given(
        objects=(source.made_from(setting, made),),
        notices=_stuck(source, name, setting, _evictable(key, value, count)),
    )


def _selector(source: Source, name: str, replicas: list[str]) -> Emitted:
    chosen = source.chosen(name)
    if not replicas:
        return {"matchLabels": chosen}
    key = next(iter(chosen))
    rest = {label: value for label, value in chosen.items() if label != key}
    listed: Emitted = {"key": key, "operator": "In", "values": replicas}
    return {"matchLabels": rest, "matchExpressions": [listed]}


def _evictable(key: str, value: Emitted, count: int) -> int:
    """Return how many of *count* pods may be evicted: a cluster rounds a percentage up."""
    share = str(value)
    some = math.ceil(count * int(share[:-1]) / 100) if share.endswith("%") else int(share)
    return some if key == "pdb.max-unavailable" else count - some


def _stuck(source: Source, name: str, setting: Setting, evictable: int) -> tuple[Notice, ...]:
    if evictable > 0:
        return ()
    what = f"{setting.shown}: no pod may be evicted, so that a node with one cannot be drained"
    where = setting.where or source.model.where(name)
    return (Notice(what, where, fix=f"let one be evicted, or run more replicas of {name}"),)
