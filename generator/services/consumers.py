"""Who reaches a service, and by which names: those that must find it when it runs elsewhere.

Names hidden in code cannot be seen, so every service on a network of its own counts, or in the v1
format every one that links to it.
"""

from composefile.model import Model
from composefile.references import Reference, mentions
from composefile.values import words
from generator.editing.draft import Draft
from generator.result import Notice


def consumers(draft: Draft, address: str, *, only_named: bool) -> dict[str, list[str]]:
    """Return the services that must learn the address of that of *draft*, each with its names.

    A service whose containers read the hosts file of another is found under that one's name.

    Args:
        draft: The variant in the making; it learns of containers that no file can change.
        address: Where the service is.
        only_named: Count only services that name it in their settings, not all on its networks.
    """
    found: dict[str, list[str]] = {}
    for name in draft.model.names:
        is_consumer = name != draft.name and not _is_proxy(draft, name)
        names = _names_for(draft, name, only_named=only_named) if is_consumer else []
        host = _host_of(draft, name, address) if names else None
        if host is not None:
            known = found.setdefault(host, [])
            known += [new for new in names if new not in known]
    return found


def _is_proxy(draft: Draft, name: str) -> bool:
    # A balancer dials its replicas alone: it needs no host but theirs.
    return draft.model.identity(name).is_proxy


def _names_for(draft: Draft, consumer: str, *, only_named: bool) -> list[str]:
    model = draft.model
    mine = model.networks(draft.name) or {}
    theirs = model.networks(consumer) or {}
    common = [network for network in mine if network in theirs]
    aliases = [alias for network in common for alias in words(mine[network].get("aliases"))]
    names = own_names(model, draft.name)
    uses = _uses(draft, consumer)
    refers = any(other.key in ("depends_on", "links") for other in uses)
    shown = [model.known(name) for name in [*names, *aliases]]
    named = refers or mentions(model, consumer, shown)
    if not (refers or (common and (named or not only_named))):
        return []
    links = [other.detail for other in uses if other.key == "links" and other.detail]
    return _writable(draft, consumer, list(dict.fromkeys([*names, *links, *aliases])))


def own_names(model: Model, name: str) -> list[str]:
    """Return the names that the container of service *name* has by itself, on every network."""
    values = (model.get(name, key) for key in ("container_name", "hostname"))
    return [name, *(value for value in values if isinstance(value, str))]


def _writable(draft: Draft, consumer: str, names: list[str]) -> list[str]:
    """Return *names* as `extra_hosts` of *consumer* can have them.

    Compose fills in the items of a list, and not the keys of a mapping.
    """
    model = draft.model
    if not isinstance(model.get(consumer, "extra_hosts"), dict):
        return names
    for name in names:
        if "$" in model.known(name):
            draft.notices.append(
                Notice(
                    f"{consumer!r} does not learn the name `{name}`, which nothing gives",
                    model.where(consumer, "extra_hosts"),
                    fix="write `extra_hosts` as a list, or set the variable in .env",
                )
            )
    return [shown for name in names if "$" not in (shown := model.known(name))]


def _uses(draft: Draft, consumer: str) -> list[Reference]:
    return [other for other in draft.others if other.service == consumer]


def _host_of(draft: Draft, name: str, address: str) -> str | None:
    """Return the service whose containers hold the hosts file that *name* reads."""
    model, document = draft.model, draft.document
    mode = model.get(name, "network_mode") or model.get(name, "net")
    kind, _, target = mode.partition(":") if isinstance(mode, str) else ("", "", "")
    if kind == "none":
        return None
    if kind == "service" or (kind == "container" and document.v1 and target in document):
        return target if target in document and target != draft.name else None
    if kind == "container":
        draft.notices.append(
            Notice(
                f"{name!r} shares the network of the container {target!r}, which no file"
                f" here describes: it does not learn where {draft.name!r} is",
                model.where(name, "network_mode"),
                fix=f"start that container with `--add-host {draft.name}:{address}`",
            )
        )
        return None
    return name
