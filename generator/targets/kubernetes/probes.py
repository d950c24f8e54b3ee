"""A health check of Compose as probes: readiness, and startup where it says how long one takes.

Compose never ends what is unhealthy, so liveness is written only when asked for.

Sources: Compose Specification, "healthcheck"; Dockerfile reference, "HEALTHCHECK" (the defaults);
Kubernetes, "Configure Liveness, Readiness and Startup Probes".
"""

import math
from collections.abc import Sequence

from composefile.duration import seconds
from composefile.model import Model
from composefile.ports import Port
from composefile.values import Value, words
from generator.editing.emit import Emitted
from generator.targets.kubernetes.command import escaped

_INTERVAL_S, _TIMEOUT_S, _RETRIES, _START_INTERVAL_S = 30.0, 30.0, 3, 5.0
_CONNECT_EVERY_S = 2


def probes(
    model: Model, name: str, ports: Sequence[Port], *, is_liveness: bool
) -> dict[str, Emitted]:
    """Return the probes of service *name*; empty if nothing can be asked.

    Without a health check it is a connection to the first TCP port that the service publishes.

    Args:
        model: The file.
        name: A service.
        ports: What it listens on.
        is_liveness: Whether the container is started again when it becomes unhealthy.
    """
    check = model.get(name, "healthcheck")
    if not isinstance(check, dict) or ("test" not in check and not _is_off(check)):
        published = [port.target for port in ports if port.published and port.protocol == "tcp"]
        if not published:
            return {}
        tcp: Emitted = {"tcpSocket": {"port": published[0]}, "periodSeconds": _CONNECT_EVERY_S}
        return {"readinessProbe": tcp}
    command = [] if _is_off(check) else _command(check["test"])
    if model.identity(name).is_proxy:
        # It waits for its servers, however long they take.
        check = {key: value for key, value in check.items() if key != "start_period"}
    return _asking(check, command, is_liveness=is_liveness) if command else {}


def _asking(
    check: dict[str, Value], command: list[str], *, is_liveness: bool
) -> dict[str, Emitted]:
    interval = seconds(check.get("interval")) or _INTERVAL_S
    often = min(interval, seconds(check.get("start_interval")) or _START_INTERVAL_S)
    patience = seconds(check.get("start_period"))
    retries = str(check.get("retries") or "")
    failures = (int(retries) if retries.isdecimal() else _RETRIES) or _RETRIES
    asked: dict[str, Emitted] = {
        "exec": {"command": [escaped(word) for word in command]},
        "timeoutSeconds": max(1, math.ceil(seconds(check.get("timeout")) or _TIMEOUT_S)),
    }

    def every(period: float, lasting: float) -> Emitted:
        whole = max(1, math.ceil(period))
        times = max(1, math.ceil(lasting / whole))
        return {**asked, "periodSeconds": whole, "failureThreshold": times}

    found: dict[str, Emitted] = {}
    if patience or is_liveness:
        found["startupProbe"] = every(often, patience + failures * interval)
    # Until a startup probe has succeeded, no other one runs.
    found["readinessProbe"] = every(interval if patience else often, failures * interval)
    if is_liveness:
        found["livenessProbe"] = every(interval, failures * interval)
    return found


def is_patient(model: Model, name: str) -> bool:
    """Tell whether the health check of service *name* says how long a start may take."""
    check = model.get(name, "healthcheck")
    is_said = isinstance(check, dict) and seconds(check.get("start_period")) > 0 and "test" in check
    return is_said and not model.identity(name).is_proxy


def _is_off(check: dict[str, Value]) -> bool:
    return check.get("disable") == "true"


def _command(test: Value) -> list[str]:
    if isinstance(test, str):
        return ["/bin/sh", "-c", test]
    kind, *rest = words(test) or ["NONE"]
    if kind == "CMD-SHELL":
        return ["/bin/sh", "-c", *rest]
    return rest if kind == "CMD" else []
