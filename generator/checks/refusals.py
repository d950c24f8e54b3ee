"""What cannot be done to a service; each refusal says why, and what to do instead."""

import re
from collections.abc import Iterable

from composefile.document import own
from composefile.model import Model
from composefile.references import NAMESPACES, Reference
from composefile.values import plain, words
from faults import UserError

_DIALLED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def require_container(model: Model, name: str) -> None:
    """Refuse what is no container of its own that other containers reach by its name.

    Raises:
        UserError: The service has neither image nor build, or shares another one's network.
    """
    plain(model.document, model.document.service(name).body)  # refuses what aliases make too large
    what, key, fix = "", "", f"leave {name!r} as it is"
    if not _DIALLED.fullmatch(name):
        what = f"service {name!r} has a name that HAProxy cannot use as an address"
        fix = "name it with letters, digits, '.', '_' and '-', a letter or a digit first"
    if (provider := model.get(name, "provider")) is not None:
        what, key = f"service {name!r} has a provider and no container", "provider"
        if isinstance(provider, dict) and provider.get("type") == "dcgen":
            fix = "change what its `options` say, or leave out the file that has them"
    elif all(model.get(name, word) is None for word in ("image", "build", "extends")):
        what = f"service {name!r} has neither image nor build: it looks like an override"
        fix = "give the main file too: -f compose.yml -f this file"
    for word in ("network_mode", "net"):
        mode = model.get(name, word)
        if isinstance(mode, str) and (model.shown(name, word) or mode) not in ("bridge", "default"):
            what, key = (
                f"service {name!r} has `{word}: {mode}`, so no other can take its name",
                word,
            )
            fix = f"remove `{word}` from {name!r}"
    if what:
        raise UserError(what, fix=fix, where=model.where(name, key))


def refuse_sharers(model: Model, name: str, found: list[Reference]) -> None:
    """Refuse if another service lives in a namespace of *name*: it needs that one container.

    Raises:
        UserError: Some service does.
    """
    for reference in found:
        if reference.key in NAMESPACES:
            raise UserError(
                f"service {reference.service!r} shares the {_namespace(reference.key)} of {name!r},"
                " which needs one container of its own",
                fix=f"remove `{reference.key}` from {reference.service!r}",
                where=model.where(reference.service, reference.key),
            )


def refuse(model: Model, name: str, found: list[Reference], key: str, why: str) -> None:
    """Refuse if another service refers to *name* under *key*; *why* ends the sentence.

    Raises:
        UserError: Some service does.
    """
    for reference in found:
        if reference.key == key:
            place = "build" if key == "additional_contexts" else key
            raise UserError(
                f"service {reference.service!r} has `{key}` on {name!r}, {why}",
                fix=f"remove {name!r} from `{key}` of {reference.service!r}",
                where=model.where(reference.service, place),
            )


def refuse_awaited_job(model: Model, name: str, found: list[Reference]) -> None:
    """Refuse if another service waits for *name* to end: HAProxy never does.

    Raises:
        UserError: Some service does.
    """
    for reference in found:
        if reference.detail == "service_completed_successfully":
            raise UserError(
                f"service {reference.service!r} waits for {name!r} to complete,"
                " which HAProxy in its place never does",
                fix=f"leave {name!r} as it is: it is a job",
                where=model.where(reference.service, "depends_on"),
            )


def _namespace(key: str) -> str:
    return "network" if key in ("network_mode", "net") else key


def require_secret(model: Model, name: str, secret: str | None) -> None:
    """See that *secret*, if any, which is for service *name*, is declared at the top level.

    Raises:
        UserError: It is not.
    """
    if secret and own(model.document.section("secrets"), secret) is None:
        raise UserError(
            f"there is no secret {secret!r} in this file",
            fix=f"add it at the top level: `secrets: {{{secret}: {{file: ./{secret}.txt}}}}`",
            where=model.where(name),
        )


def refuse_itself(model: Model, name: str, hosts: Iterable[str]) -> None:
    """Refuse an ambassador of service *name* for *hosts* if they lead back to it.

    Each connection would open the next. Other ambassadors of the file are followed.

    Raises:
        UserError: They do.
    """
    mine, seen = _answers_to(model, name), set[str]()
    waiting = [(host, host) for host in hosts]
    while waiting:
        host, first = waiting.pop()
        host = host.rstrip(".").lower()
        if host in mine:
            way = "is" if host == first.rstrip(".").lower() else "points to"
            raise UserError(
                f"{first!r} {way} the ambassador of {name!r} itself:"
                " each connection would open the next",
                fix="give the address of the host where it runs, or that host's full name",
                where=model.where(name),
            )
        for other in model.names:
            upstream = model.identity(other).upstream
            if upstream and other not in seen and host in _answers_to(model, other):
                seen.add(other)
                waiting += [(address.rpartition(":")[0], first) for address in upstream.split(",")]


def _answers_to(model: Model, name: str) -> set[str]:
    """Return the names and addresses of service *name* on its networks, in small letters."""
    found = [name]
    for key in ("container_name", "hostname"):
        found += [model.shown(name, key) or ""]
    for settings in (model.networks(name) or {}).values():
        found += map(model.known, words(settings.get("aliases")))
        found += words([settings.get("ipv4_address"), settings.get("ipv6_address")])
    return {word.lower() for word in found if word}
