"""What keeps the data and the clients of a detached service."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from composefile import labels
from composefile.values import assignments
from faults import UserError
from generator.checks.exposure import exposure_notices, protection, require_protected
from generator.checks.movable import require_movable
from generator.editing.draft import Draft
from generator.editing.emit import Emitted, Quoted
from generator.services.front import Front, front
from generator.services.own_project import own_project
from generator.services.papers import declared, variable
from generator.services.published import Publish, port_entries, reach
from generator.services.stateful import Stateful, stateful


@dataclass(frozen=True, slots=True)
class Guard:
    """What keeps the data and the clients of a detached service.

    Attributes:
        password: Whether it gets a password, unless its file has one.
        remote: Whether it runs on another host, which has no file of this one.
        tls: Whether its clients have to show a certificate, and nothing between is in the clear.
    """

    password: bool = True
    remote: bool = False
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Guarded:
    """What is changed of a service, and what its file gets.

    Attributes:
        keys: The keys of the service, with their new values.
        sections: What its top-level sections get.
        project: The name of its project; empty for that of its folder.
        front: The service that is published in its place.
    """

    keys: Mapping[str, Emitted] = field(default_factory=dict)
    sections: Mapping[str, Mapping[str, Emitted]] = field(default_factory=dict)
    project: str = ""
    front: Front | None = None


def guarded(draft: Draft, publish: Publish, guard: Guard | None) -> Guarded:
    """Return what is changed of the service of *draft*, which is published as *publish* says.

    Raises:
        UserError: It would be open to others, or *guard* cannot be had.
    """
    name, model = draft.name, draft.model
    where = reach(model, name, publish)
    if guard is None:
        if where == "everywhere":
            require_protected(model, name)
        if where != "here":
            draft.notices += exposure_notices(model, name)
        return Guarded()
    found = stateful(model, name, password=guard.password)
    if where != "here" and not guard.tls:
        _require_closed(draft, found)
    if guard.remote:
        require_movable(model, name)
    _tell_clients(draft, found.secret)
    volumes: dict[str, Emitted] = {volume: {} for volume in found.volumes}
    project = own_project(model, name)
    if guard.tls:
        _require_behind(draft, publish)
        before = front(draft, port_entries(draft, publish), found.secret)
        return Guarded(found.keys, {"volumes": volumes, **before.sections}, project, before)
    keys = {**found.keys, "labels": _labels(draft, found)}
    sections = {"volumes": volumes, "secrets": declared(found.secret)}
    return Guarded(keys, sections, project)


def _require_behind(draft: Draft, publish: Publish) -> None:
    mode = draft.model.get(draft.name, "network_mode")
    if publish == "host" or mode not in (None, "bridge"):
        given = "--publish host" if publish == "host" else f"network_mode: {mode}"
        raise UserError(
            f"{draft.name!r} would be reached past the HAProxy that speaks TLS for it",
            fix=f"leave out `{given}`, or `--tls`",
            where=draft.model.where(draft.name),
        )


def _labels(draft: Draft, found: Stateful) -> dict[str, Emitted]:
    """Return the labels of the service, and those that tell its clients how to get in."""
    kept = assignments(draft.model.get(draft.name, "labels"))
    clients = f"auth-secret={found.secret}" if found.secret else ""
    mine = {labels.DETACHED: draft.name, **({labels.CLIENTS: clients} if clients else {})}
    return {key: None if text is None else Quoted(text) for key, text in {**kept, **mine}.items()}


def _require_closed(draft: Draft, found: Stateful) -> None:
    name = draft.name
    if not found.secret and protection(draft.model, name) != "password":
        raise UserError(
            f"{name!r} would be published to other hosts without a password",
            fix="leave out `--no-password`, or publish it on this host alone:"
            " `--publish 127.0.0.1:PORT`",
            where=draft.model.where(name),
        )


def _tell_clients(draft: Draft, secret: str) -> None:
    if secret:
        draft.say(
            f"clients of {draft.name!r} have to send the password from now on",
            fix=f"give it to them as {variable(secret)}, which the file beside this one holds",
        )
