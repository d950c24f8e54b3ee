"""Whether a network has addresses for replicas, apart from those that services ask for."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from composefile.model import Model
from composefile.networks import networks
from composefile.values import words
from faults import UserError
from generator.result import Notice

if TYPE_CHECKING:
    from composefile.pools import Pool


def address_notices(
    model: Model, name: str, former: Collection[str], replicas: int
) -> Iterator[Notice]:
    """Yield a notice for each static address that a container may take once *name* is scaled.

    Args:
        model: The services of the file.
        name: The service that is scaled.
        former: Its replicas before.
        replicas: How many it gets.

    Raises:
        UserError: A network has too few addresses, and had enough before.
    """
    for network in networks(model, name):
        if not network.pools:
            continue
        others = [one for one in _on(model, network.name) if one not in (name, *former)]
        count = _dynamic(model, others, network.name)
        static = {one: _static(model, one, network.name) for one in (name, *others)}
        then = count + _dynamic(model, (name, *former), network.name)
        now = count + replicas + (not static[name])
        room = _room(network.pools, static.values())
        if then <= room < now:
            raise _too_few(model, name, network.name, room, now - room, replicas)
        safe = _first(network.pools, then)
        for service, address in static.items():
            is_new = address not in safe or (service == name and not former)
            if is_new and address in _first(network.pools, now):
                yield Notice(
                    f"{address} of {service!r} is one of the first addresses of {network.name!r}:"
                    f" a replica of {name!r} that starts before it may get it",
                    model.where(service, "networks"),
                    fix=f"give {network.name!r} an `ip_range` without {address}",
                )


def _room(pools: "Sequence[Pool]", static: Iterable[str]) -> int:
    kept = sum(
        IPv4Address(address) in pool.addresses for pool in pools for address in static if address
    )
    return sum(pool.size for pool in pools) - kept


def _too_few(
    model: Model, name: str, network: str, room: int, missing: int, replicas: int
) -> UserError:
    fewer = f", or scale {name!r} to {replicas - missing}" if replicas > missing else ""
    return UserError(
        f"{network!r} has addresses for {room} containers, and {room + missing} need one",
        fix=f"widen its `ip_range` or `subnet`{fewer}",
        where=model.where(name, "networks"),
    )


def _on(model: Model, network: str) -> list[str]:
    """Return the services that are always there on *network*: those without a profile."""
    return [
        name
        for name in model.names
        if network in (model.networks(name) or ()) and not words(model.get(name, "profiles"))
    ]


def _dynamic(model: Model, names: Iterable[str], network: str) -> int:
    """Return how many containers of services *names* have no address of their own on *network*."""
    return sum(_count(model, name) for name in names if not _static(model, name, network))


def _static(model: Model, name: str, network: str) -> str:
    settings = (model.networks(name) or {}).get(network) or {}
    address = settings.get("ipv4_address")
    known = model.known(address) if isinstance(address, str) else ""
    return known if re.fullmatch(r"\d+(\.\d+){3}", known) else ""


def _count(model: Model, name: str) -> int:
    deploy = model.get(name, "deploy")
    number = deploy.get("replicas") if isinstance(deploy, dict) else None
    text = model.known(str(number or model.get(name, "scale") or "1"))
    return int(text) if text.isdigit() else 1


def _first(pools: "Iterable[Pool]", number: int) -> set[str]:
    return {str(address) for pool in pools for address in pool.first(number)}
