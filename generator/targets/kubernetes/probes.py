"""A health check of Compose as a readiness probe: Compose never kills what is unhealthy.

Sources: Compose Specification, "healthcheck"; Dockerfile reference, "HEALTHCHECK" (the defaults);
Kubernetes, "Configure Liveness, Readiness and Startup Probes".
"""

import math

from composefile.duration import seconds
from composefile.model import Model
from composefile.ports import Port
from composefile.values import Value, words
from generator.editing.emit import Emitted

_INTERVAL_S, _TIMEOUT_S, _RETRIES, _START_INTERVAL_S = 30.0, 30.0, 3, 5.0
_CONNECT_EVERY_S = 2


def readiness(model: Model, name: str, ports: list[Port]) -> dict[str, Emitted]:
    """Return the readiness probe of service *name*; empty if nothing can be asked.

    Without a health check it is a connection to the first TCP port that the service publishes.
    """
    check = model.get(name, "healthcheck")
    if not isinstance(check, dict) or ("test" not in check and not _is_off(check)):
        published = [port.target for port in ports if port.published and port.protocol == "tcp"]
        if not published:
            return {}
        return {"tcpSocket": {"port": published[0]}, "periodSeconds": _CONNECT_EVERY_S}
    command = [] if _is_off(check) else _command(check["test"])
    if not command:
        return {}
    interval = seconds(check.get("interval")) or _INTERVAL_S
    period = max(
        1, math.ceil(min(interval, seconds(check.get("start_interval")) or _START_INTERVAL_S))
    )
    retries = str(check.get("retries") or "")
    failures = (int(retries) if retries.isdecimal() else _RETRIES) or _RETRIES
    return {
        "exec": {"command": command},
        "periodSeconds": period,
        "timeoutSeconds": max(1, math.ceil(seconds(check.get("timeout")) or _TIMEOUT_S)),
        "failureThreshold": max(1, math.ceil(failures * interval / period)),
    }


def _is_off(check: dict[str, Value]) -> bool:
    return check.get("disable") == "true"


def _command(test: Value) -> list[str]:
    if isinstance(test, str):
        return ["/bin/sh", "-c", test]
    kind, *rest = words(test) or ["NONE"]
    if kind == "CMD-SHELL":
        return ["/bin/sh", "-c", *rest]
    return rest if kind == "CMD" else []
