"""What is said of services that tell their clients other addresses than the one they dialled.

A proxy carries the first connection; the next ones go where the servers said.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from composefile.model import Model
from composefile.references import dials
from composefile.values import pairs
from generator.result import Notice

if TYPE_CHECKING:
    from generator.checks.announcing import Announcing

ADVERTISED = ("ADVERTISED", "CLUSTER_", "DISCOVERY_")


def announcing_notices(model: Model, name: str, stand_in: str) -> Iterator[Notice]:
    """Yield a notice if clients of service *name* are told addresses past its *stand_in*.

    That is a balancer or an ambassador.
    """
    kind = _announced(model, name)
    if kind:
        yield Notice(
            f"{name!r} is {kind.what}: clients connect to the addresses that it announces,"
            f" past the {stand_in}",
            model.where(name, "image"),
            fix=_fix(name, kind, stand_in),
        )
        return
    for variable in pairs(model.get(name, "environment")) if stand_in == "balancer" else ():
        if any(word in variable.upper() for word in ADVERTISED):
            yield Notice(
                f"{variable} of {name!r} may announce a name that is now the balancer's",
                model.where(name, "environment"),
                fix=f"leave {name!r} as it is if its clients connect to members by their address",
            )
            return
    if stand_in == "balancer" and dials(model, name, name):
        yield Notice(
            f"{name!r} connects to its own name, which is the balancer's now:"
            " replicas that look for each other there find HAProxy",
            model.where(name),
            fix=f"let them look up {name}-replicas of `--dynamic`, which is all of them",
        )


def _announced(model: Model, name: str) -> "Announcing | None":
    if not model.image(name):
        return None
    from generator.checks.announcing import announced  # noqa: PLC0415 - what is built needs it not

    return announced(model, name)


def _fix(name: str, kind: "Announcing", stand_in: str) -> str:
    if stand_in == "balancer":
        return f"leave {name!r} as it is: its own means make more of it"
    remedy = kind.remedy.format(name=name)
    return remedy or f"see that clients of {name!r} reach the addresses that it announces"
