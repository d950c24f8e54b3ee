"""A HorizontalPodAutoscaler, which decides how many pods a service has.

Source: Kubernetes, "Horizontal Pod Autoscaling".
"""

from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.choices import Version
from generator.targets.kubernetes.objects import Given
from generator.targets.kubernetes.resources import resources
from generator.targets.kubernetes.settings import Setting, group
from generator.targets.kubernetes.source import Source

_METRICS = Version(1, 23)  # the first with autoscaling/v2; the CPU alone is in v1, too
_USUAL_CPU = "80"


def autoscaler(source: Source, name: str, kind: str) -> Given:
    """Return the autoscaler of service *name*, whose pods are kept running by *kind*.

    Raises:
        UserError: One is asked for that cannot work.
    """
    found = group(source.settings_of(name), "hpa")
    if not found:
        return Given()
    first = next(iter(found.values()))
    most = found.get("hpa.max")
    if most is None:
        raise first.refused("an autoscaler needs the most pods there may be", "give `hpa.max`, too")
    least = (
        int(found["hpa.min"].value) if "hpa.min" in found else max(1, source.written_replicas(name))
    )
    if least > int(most.value):
        what = f"there are to be {least} pods at least"
        raise most.refused(what, f"give at least `{least}`, or a lower `hpa.min`")
    _require_use(source, name, kind, first)
    metric: dict[str, Emitted] = {"scaleTargetRef": _target(name, kind)}
    counts: dict[str, Emitted] = {"minReplicas": least, "maxReplicas": int(most.value)}
    cpu = int(found["hpa.cpu"].value if "hpa.cpu" in found else _USUAL_CPU)
    is_new = source.choices.version >= _METRICS
    body = {**metric, **counts, **_of_cpu(cpu, is_new=is_new)}
    api = f"autoscaling/v{2 if is_new else 1}"
    made = source.made(name, (api, "HorizontalPodAutoscaler"), name, {"spec": body})
    return Given(
        objects=(source.made_from(first, made),),
        notices=_lost(source, name, least, int(most.value)),
    )


def _target(name: str, kind: str) -> Emitted:
    return {"apiVersion": "apps/v1", "kind": kind, "name": name}


def _of_cpu(percent: int, *, is_new: bool) -> dict[str, Emitted]:
    if not is_new:
        return {"targetCPUUtilizationPercentage": percent}
    target: Emitted = {"type": "Utilization", "averageUtilization": percent}
    return {"metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]}


def _require_use(source: Source, name: str, kind: str, setting: Setting) -> None:
    if kind not in ("Deployment", "StatefulSet"):
        what = f"{name} is a {kind}, whose number of pods an autoscaler cannot change"
        raise setting.refused(what, f"take `hpa` out of {name}")
    requests = resources(source.model, name).get("requests")
    reserved = requests.get("cpu") if isinstance(requests, dict) else None
    if reserved in (None, "0"):
        what = f"CPU is counted in percent of what {name} reserves, and it reserves none"
        fix = "reserve some: `deploy: {resources: {reservations: {cpus: '0.25'}}}`"
        raise setting.refused(what, fix)


def _lost(source: Source, name: str, least: int, most: int) -> tuple[Notice, ...]:
    count = source.written_replicas(name)
    if count in (1, least):
        return ()
    what = f"{count} replicas of {name} are left out: its autoscaler runs {least} to {most} pods"
    where = source.model.where(name, "deploy")
    return (Notice(what, where, fix=f"take `replicas` out, or give `hpa.min: {count}`"),)
