"""When a sidecar has started: its health check as a startup probe."""

from collections.abc import Mapping

from generator.editing.emit import Emitted
from generator.targets.kubernetes.in_pod import in_pod
from generator.targets.kubernetes.ports import ports_of
from generator.targets.kubernetes.probes import probes
from generator.targets.kubernetes.source import Source

_PATIENCE = 720  # probes, of 5 s: an upstream may be away for an hour before HAProxy starts again


def startup(source: Source, other: str) -> dict[str, Emitted]:
    """Return the probe by which the others of a pod wait until *other* reaches its upstream."""
    asked = probes(source.model, other, ports_of(source.model, other), is_liveness=False)
    probe = asked.get("readinessProbe")
    command = probe.get("exec") if isinstance(probe, Mapping) else None
    listed = command.get("command") if isinstance(command, Mapping) else None
    if not isinstance(probe, Mapping) or not isinstance(listed, list):
        return {}
    moved: list[Emitted] = [in_pod(str(word), source.sidecars.index(other)) for word in listed]
    how: dict[str, Emitted] = {"exec": {"command": moved}, "failureThreshold": _PATIENCE}
    return {"startupProbe": {**probe, **how}}
