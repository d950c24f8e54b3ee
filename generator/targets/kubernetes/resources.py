"""How much a container may use, and how much is kept for it.

Source: Compose Specification, "deploy.resources", "mem_limit", "mem_reservation", "cpus",
"cpu_shares".
"""

from composefile.model import Model
from composefile.values import Value
from generator.editing.emit import Emitted
from generator.targets.kubernetes.quantity import memory, processors

_SHARES_OF_ONE = 1024


def resources(model: Model, name: str) -> dict[str, Emitted]:
    """Return the resources of service *name*; empty if it names none.

    What is limited and not reserved is reserved with 0: a cluster would take the limit.
    """
    limits, reserved = _of_deploy(model, name, "limits"), _of_deploy(model, name, "reservations")
    shares = model.get(name, "cpu_shares")
    share = int(shares) / _SHARES_OF_ONE if isinstance(shares, str) and shares.isdecimal() else 0
    most = {
        "cpu": processors(limits.get("cpus")) or _cpus(model, name),
        "memory": memory(limits.get("memory")) or memory(model.get(name, "mem_limit")),
    }
    least = {
        "cpu": processors(reserved.get("cpus")) or processors(str(share)),
        "memory": memory(reserved.get("memory")) or memory(model.get(name, "mem_reservation")),
    }
    found: dict[str, Emitted] = {}
    if any(most.values()):
        found["limits"] = {key: text for key, text in most.items() if text}
    if any(most.values()) or any(least.values()):
        requested = {key: text or "0" for key, text in least.items() if text or most[key]}
        found["requests"] = requested
    return found


def _cpus(model: Model, name: str) -> str:
    quota, period = model.get(name, "cpu_quota"), model.get(name, "cpu_period") or "100000"
    if (
        isinstance(quota, str)
        and quota.isdecimal()
        and str(period).isdecimal()
        and int(str(period))
    ):
        return processors(str(int(quota) / int(str(period))))
    return processors(model.get(name, "cpus"))


def _of_deploy(model: Model, name: str, kind: str) -> dict[str, Value]:
    deploy = model.get(name, "deploy")
    found = deploy.get("resources") if isinstance(deploy, dict) else None
    part = found.get(kind) if isinstance(found, dict) else None
    return part if isinstance(part, dict) else {}
