"""What a service needs so that it can run elsewhere, and what a person should know before."""

import re
from collections.abc import Iterator

from composefile import labels
from composefile.images import STATEFUL, short_name
from composefile.interpolation import split
from composefile.model import Model
from composefile.references import Reference
from composefile.values import Value, plain, texts, words
from faults import UserError
from generator.checks.other_files import refuse_included
from generator.checks.refusals import (
    refuse,
    refuse_awaited_job,
    refuse_sharers,
    require_container,
    role,
)
from generator.checks.repetition import written_volumes
from generator.checks.scaling import known_ports, number_notices, udp_notices
from generator.result import Notice

ADDRESSES = ("ipv4_address", "ipv6_address")
DIALLED = ("environment", "command", "entrypoint", "dns", "extra_hosts")
NEEDS_OTHERS = ("network_mode", "net", "pid", "ipc", "uts", "cgroup", "volumes_from")
SHARED_THINGS = ("volumes_from", "extends", "additional_contexts")
LOCALHOST = re.compile(r"(?<![\w.-])(?:localhost|127\.0\.0\.1)(?![\w.-])")


def require_replaceable(model: Model, name: str, others: list[Reference]) -> None:
    """Refuse if no ambassador can stand in the place of service *name*.

    *others* are those that refer to it.

    Raises:
        UserError: It is one of a balancer's, or something in the file needs its container.
    """
    _refuse_scaled(model, name)
    require_container(model, name)
    refuse_awaited_job(model, name, others)
    refuse_sharers(model, name, others)
    for key in SHARED_THINGS:
        refuse(model, name, others, key, "which runs elsewhere then")
    refuse_included(model, name, ("depends_on", "links"), "which runs elsewhere then")


def require_removable(model: Model, name: str, others: list[Reference]) -> None:
    """Refuse if service *name* cannot leave the file.

    *others* are those that refer to it.

    Raises:
        UserError: It is the only one, one of a balancer's, or something needs its container.
    """
    if len(model.names) == 1:
        raise UserError(
            f"service {name!r} is the only one, and a file without services is none",
            fix=f"run nothing here, or use `dcgen ambassador {name}=HOST:PORT`",
            where=model.where(name),
        )
    _refuse_scaled(model, name)
    refuse_sharers(model, name, others)
    for key in SHARED_THINGS:
        refuse(model, name, others, key, "which leaves this file")
    refuse_included(model, name, (), "which leaves this file")


def require_independent(model: Model, name: str) -> None:
    """Refuse if service *name* cannot run without the others of its file.

    Raises:
        UserError: dcgen made it, or it needs another service's container.
    """
    kind = role(model, name)
    if kind:
        raise UserError(
            f"service {name!r} is a {kind} that dcgen made",
            fix="start from the file that it was made from",
            where=model.where(name),
        )
    for key in NEEDS_OTHERS:
        value = model.get(name, key)
        others = [word for word in words(value) if word.startswith(("service:", "container:"))]
        if others or (key == "volumes_from" and value):
            raise UserError(
                f"service {name!r} has `{key}: {words(value)[0]}`, which would not be there",
                fix=f"remove `{key}` from {name!r}",
                where=model.where(name, key),
            )


def _refuse_scaled(model: Model, name: str) -> None:
    kind = role(model, name)
    if kind in (labels.BALANCER, labels.REPLICA):
        raise UserError(
            f"service {name!r} is a {kind} that dcgen made",
            fix="start from the file that it was made from",
            where=model.where(name),
        )


def removal_notices(
    model: Model, name: str, address: str, others: list[Reference], *, has_consumers: bool
) -> Iterator[Notice]:
    """Yield what is missing once service *name* has left the file and is at *address*."""
    published = [port.published for port in known_ports(model, name) if port.published]
    if published:
        yield Notice(
            f"port {', '.join(published)} of {name!r} is no longer published on this host",
            model.where(name, "ports"),
        )
    yield from _of_data(model, name)
    for other in model.names:
        if other != name:
            yield from _of_static_address(model, name, other, address)
            yield from _of_localhost(model, name, other)
            yield from _of_external_links(model, name, other)
    for reference in others:
        yield from _of_reference(model, name, reference)
    if not has_consumers:
        yield Notice(f"nothing in this file refers to {name!r}", model.where(name))
    yield from internal_notices(model, name)


def replacement_notices(model: Model, name: str) -> Iterator[Notice]:
    """Yield what is missing once an ambassador stands in the place of service *name*."""
    yield from udp_notices(model, name, "the ambassador does not carry it")
    yield from _of_data(model, name)
    yield from number_notices(model, name)


def password_notices(model: Model, name: str) -> Iterator[Notice]:
    """Yield a notice if service *name* keeps data, which other hosts can reach once it is out."""
    if short_name(model.image(name)) in STATEFUL:
        what = f"{name!r} is published to other hosts: give it a password, or a firewall"
        yield Notice(what, model.where(name, "image"))


def internal_notices(model: Model, name: str) -> Iterator[Notice]:
    """Yield a notice if every network of *name* is internal: nothing outside can be reached."""
    declared = model.document.section("networks")
    networks = model.networks(name) or {}
    settings = plain(model.document, declared) if declared else None
    known = settings if isinstance(settings, dict) else {}
    internal = [
        network
        for network in networks
        if isinstance(entry := known.get(network), dict)
        and str(entry.get("internal")).lower() == "true"
    ]
    if networks and len(internal) == len(networks):
        yield Notice(
            f"{name!r} is on internal networks only ({', '.join(internal)}):"
            " nothing there can reach another host",
            model.where(name, "networks"),
        )


def _of_data(model: Model, name: str) -> Iterator[Notice]:
    volumes = written_volumes(model, name)
    if volumes:
        yield Notice(
            f"what {name!r} wrote to {', '.join(volumes)} stays on this host",
            model.where(name, "volumes"),
        )


def _of_static_address(model: Model, name: str, other: str, address: str) -> Iterator[Notice]:
    for settings in (model.networks(name) or {}).values():
        for key in ADDRESSES:
            former = settings.get(key)
            used = isinstance(former, str) and _users(model, other, former)
            if used:
                yield Notice(
                    f"{other!r} uses {former}, the address of {name!r}, which is at {address} now",
                    model.where(other, used),
                )


def _users(model: Model, other: str, address: str) -> str:
    pattern = re.compile(rf"(?<![\w.:-]){re.escape(address)}(?![\w.-])")
    return next((key for key in DIALLED if _holds(pattern, model.get(other, key))), "")


def _holds(pattern: re.Pattern[str], value: Value) -> bool:
    return any(pattern.search(text) for text in texts(value))


def _of_localhost(model: Model, name: str, other: str) -> Iterator[Notice]:
    if model.get(name, "network_mode") == model.get(other, "network_mode") == "host":
        for key in ("environment", "command", "entrypoint"):
            if _holds(LOCALHOST, model.get(other, key)):
                yield Notice(
                    f"{other!r} dials localhost, where {name!r} no longer is",
                    model.where(other, key),
                )
                return


def _of_external_links(model: Model, name: str, other: str) -> Iterator[Notice]:
    container = model.shown(name, "container_name")
    for link in words(model.get(other, "external_links")):
        if container and model.known(split(link)[0]) == container:
            yield Notice(
                f"{other!r} links to the container {container!r}, which leaves this host",
                model.where(other, "external_links"),
            )


def _of_reference(model: Model, name: str, reference: Reference) -> Iterator[Notice]:
    other = reference.service
    if reference.detail == "service_completed_successfully":
        yield Notice(
            f"{other!r} no longer waits for {name!r}: its work must be done before",
            model.where(other, "depends_on"),
        )
    if reference.key != "links":
        return
    # Docker Engine, "Legacy container links": variables that tell a linked container's address.
    prefix = re.sub(r"\W", "_", reference.detail or name).upper()
    pattern = re.compile(rf"(?<!\w){prefix}_(?:PORT_\d+_(?:TCP|UDP)|ENV_)\w*")
    for key in ("environment", "command", "entrypoint"):
        found = [pattern.search(text) for text in texts(model.get(other, key))]
        for match in filter(None, found):
            yield Notice(
                f"{other!r} reads {match[0]}, which only a link to {name!r} sets",
                model.where(other, key),
            )
            return
