"""What several containers of one service cannot all have."""

from composefile.model import Model
from faults import UserError
from generator.checks.declared import known_ports

ADDRESSES = ("ipv4_address", "ipv6_address", "link_local_ips", "mac_address")


def require_nothing_singular(model: Model, name: str, replicas: int) -> None:
    """Refuse to run service *name* *replicas* times as it is, if only one container can have it so.

    Raises:
        UserError: It publishes fewer ports of the host, or has an address of its own.
    """
    if replicas == 1:
        return
    fix = f"leave out `--no-balancer`, or remove it from {name!r}"
    for port in known_ports(model, name):
        if port.published and len(port.host_ports()) < replicas:
            raise UserError(
                f"{name!r} publishes {port.host_side}, which only one of {replicas} containers can",
                fix=f"leave out `--no-balancer`, or publish {port.target} on any port of the host",
                where=model.where(name, "ports"),
            )
    if model.get(name, "mac_address") is not None:
        raise UserError(
            f"service {name!r} has a `mac_address`, which only one container can have",
            fix=fix,
            where=model.where(name, "mac_address"),
        )
    for network, given in (model.networks(name) or {}).items():
        fixed = [key for key in ADDRESSES if key in given]
        if fixed:
            raise UserError(
                f"service {name!r} has `{fixed[0]}` in network {network!r}, which only one"
                " container can have",
                fix=fix,
                where=model.where(name, "networks"),
            )
