"""What a service needs so that it can be scaled, and what a person should know before.

Notices about ports, volumes and numbers serve those who move a service elsewhere, too.
"""

import contextlib
from collections.abc import Collection, Iterator, Sequence

from composefile import labels
from composefile.model import Model
from composefile.ports import Port, UnresolvedPortError, parse
from composefile.references import Reference
from composefile.values import pairs
from faults import UserError
from generator.checks.other_files import refuse_included
from generator.checks.refusals import (
    refuse,
    refuse_awaited_job,
    refuse_sharers,
    require_container,
)
from generator.checks.repetition import repetition_notices
from generator.result import Notice

ADVERTISED = ("ADVERTISED", "CLUSTER_", "DISCOVERY_")


def require_scalable(model: Model, name: str, others: list[Reference]) -> None:
    """Refuse what cannot be run several times behind a balancer; a balancer can be, again.

    Args:
        model: The services of the file.
        name: The one that is to be scaled.
        others: Who refers to it.

    Raises:
        UserError: dcgen made it for something else, or something needs its one container.
    """
    kind = model.identity(name).role
    if kind == labels.BALANCER:
        return
    if kind:
        made_from = model.identity(name).service or name
        fix = f"scale {made_from!r}" if kind == labels.REPLICA else "scale it where it runs"
        article = "an" if kind == labels.AMBASSADOR else "a"
        raise UserError(
            f"service {name!r} is {article} {kind} already", fix=fix, where=model.where(name)
        )
    require_container(model, name)
    deploy = model.get(name, "deploy")
    mode = deploy.get("mode") if isinstance(deploy, dict) else None
    if isinstance(mode, str) and mode not in ("replicated",):
        raise UserError(
            f"service {name!r} has `deploy.mode: {mode}`, which sets the number itself",
            fix=f"remove `mode: {mode}` from {name!r}",
            where=model.where(name, "deploy"),
        )
    refuse_awaited_job(model, name, others)
    refuse_sharers(model, name, others)
    refuse(
        model,
        name,
        others,
        "extends",
        "and would inherit settings that only one container can have",
    )
    refuse_included(model, name, ("depends_on", "links"), "which would then be the balancer")


def require_free_names(
    model: Model, name: str, names: Sequence[str], mine: Collection[str]
) -> None:
    """See that the replicas of service *name* can be called *names*; *mine* are its former ones.

    Raises:
        UserError: Another service has one of the names.
    """
    for replica in names:
        taken = model.document.find(replica) if replica not in mine else None
        if taken:
            raise UserError(
                f"replica {replica!r} would take the name of another service",
                fix=f"rename that service, or scale {name!r} to fewer replicas",
                where=model.document.where(taken.key),
            )


def require_dns(model: Model, name: str, *, by_arguments: bool) -> None:
    """See that the replicas of service *name* can be found by DNS.

    Raises:
        UserError: There is none, or HAProxy is configured *by_arguments*, which name each.
    """
    linked = model.networks(name) is None
    if linked or by_arguments:
        where = "the v1 format" if model.document.v1 else "Docker's own bridge"
        why = f"{where} has no DNS" if linked else "`args` names each replica"
        raise UserError(
            f"the replicas of {name!r} cannot be found by DNS: {why}",
            fix="leave out `--dynamic`",
            where=model.where(name),
        )


def scaling_notices(model: Model, name: str, holder: str, replicas: int) -> Iterator[Notice]:
    """Yield what changes for service *name* when it runs *replicas* times.

    *holder* is the service with its settings: itself, or one of its replicas if it is scaled again.
    """
    yield from repetition_notices(model, name, holder, replicas)
    if holder != name:
        return
    yield from udp_notices(model, name, "the balancer does not forward it")
    yield from _of_names(model, name)
    yield from number_notices(model, name, str(replicas))
    for variable in pairs(model.get(name, "environment")):
        if any(word in variable.upper() for word in ADVERTISED):
            yield Notice(
                f"{variable} of {name!r} may announce a name that is now the balancer's",
                model.where(name, "environment"),
                fix=f"leave {name!r} as it is if its clients connect to members by their address",
            )
            return


def udp_notices(model: Model, name: str, what: str) -> Iterator[Notice]:
    """Yield a notice for each port of *name* that is not TCP; *what* ends the sentence."""
    for port in known_ports(model, name):
        if port.protocol != "tcp":
            yield Notice(
                f"port {port.target}/{port.protocol} of {name!r} is not TCP: {what}",
                model.where(name, "ports"),
                fix=f"leave {name!r} as it is if clients need {port.protocol.upper()}",
            )


def _of_names(model: Model, name: str) -> Iterator[Notice]:
    for key in ("container_name", "hostname"):
        value = model.get(name, key)
        if value is not None:
            yield Notice(
                f"`{key}: {value}` moves to the balancer; the replicas have none",
                model.where(name, key),
                fix=f"write {name}1 where one container is meant, as in `docker compose exec`",
            )
    deploy = model.get(name, "deploy")
    inner = deploy.get("labels") if isinstance(deploy, dict) else None
    for key, value in (("labels", model.get(name, "labels")), ("deploy", inner)):
        if any(labels.is_routing_label(label) for label in pairs(value)):
            yield Notice(
                f"the labels of {name!r} for another proxy move to the balancer",
                model.where(name, key),
                fix="give `--no-balancer` if that proxy is to balance the replicas itself",
            )


def number_notices(model: Model, name: str, now: str) -> Iterator[Notice]:
    """Yield a notice if service *name* had a number of containers of its own; *now* is the new."""
    deploy = model.get(name, "deploy")
    settings = deploy if isinstance(deploy, dict) else {}
    mode = settings.get("mode")
    if isinstance(mode, str) and mode.startswith("global"):
        yield Notice(
            f"`mode: {mode}` of {name!r} is replaced by {now}",
            model.where(name, "deploy"),
            fix=f"leave {name!r} as it is if each host is to run one",
        )
    key = "replicas" if settings.get("replicas") else "scale"
    former = settings.get("replicas") or model.get(name, "scale")
    if former not in (None, "1", now):
        yield Notice(
            f"`{key}: {former}` of {name!r} is replaced by {now}",
            model.where(name),
            fix=f"remove `{key}: {former}` from the source: dcgen sets the number",
        )


def known_ports(model: Model, name: str) -> Iterator[Port]:
    """Yield the ports of service *name* that can be known, those of other protocols too."""
    for key in ("ports", "expose"):
        entries = model.get(name, key)
        for entry in entries if isinstance(entries, list) else []:
            with contextlib.suppress(UnresolvedPortError, ValueError):
                yield from parse(entry, model.project.variables)
