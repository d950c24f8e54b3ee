"""What a service needs so that it can be scaled, and what a person should know before.

Notices about ports, volumes and numbers serve those who move a service elsewhere, too.
"""

from collections.abc import Collection, Iterator, Sequence

from composefile import labels
from composefile.model import Model
from composefile.references import Reference
from faults import UserError
from generator.checks.addresses import address_notices
from generator.checks.declared import protocol_notices
from generator.checks.other_files import refuse_included
from generator.checks.price import price_notices
from generator.checks.refusals import (
    refuse,
    refuse_awaited_job,
    refuse_sharers,
    require_container,
)
from generator.checks.repetition import nameless_notices, number_notices, repetition_notices
from generator.checks.starting import starting_notices
from generator.result import Notice, Settings


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


def scaling_notices(
    model: Model,
    name: str,
    holder: str,
    replicas: int,
    settings: Settings,
) -> Iterator[Notice]:
    """Yield what changes for service *name* when it runs *replicas* times.

    *holder* is the service with its settings: itself, or one of its replicas if it is scaled again.
    *settings* have the ports that are balanced.

    Raises:
        UserError: A network of it has too few addresses.
    """
    yield from repetition_notices(model, name, holder, replicas)
    if replicas > 1:
        yield from starting_notices(model, name, holder, dynamic=bool(settings.dynamic))
    yield from price_notices(model, name, holder, settings.ports, settings.options)
    former = model.identity(name).replicas if holder != name else ()
    yield from address_notices(model, name, former, replicas)
    if holder != name:
        return
    if replicas == 1:
        yield from nameless_notices(model, name, holder)
    yield from protocol_notices(model, name, "balancer")
    yield from _of_names(model, name)
    yield from number_notices(model, name, str(replicas))


def _of_names(model: Model, name: str) -> Iterator[Notice]:
    for key in ("container_name", "hostname"):
        value = model.get(name, key)
        if value is not None:
            yield Notice(
                f"`{key}: {value}` moves to the balancer; the replicas have none",
                model.where(name, key),
                fix=f"write {name}1 where one container is meant, as in `docker compose exec`",
            )
