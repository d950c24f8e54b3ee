"""The networks of a stack: overlays, which reach from node to node.

Sources: Compose Specification, "networks"; Docker, "Overlay network driver".
"""

from composefile.document import own
from composefile.model import Model
from composefile.outside import outside_name
from composefile.values import Value, is_ignored, words
from faults import UserError
from generator.editing.emit import Emitted
from generator.targets.secrecy import require_no_secret_in_entry
from generator.targets.swarm.shapes import Shape, ShapeError, flag, shaped, text
from generator.targets.swarm.told import Told, refused
from generator.targets.swarm.variables import Source

DEFAULT = "default"
_MADE_BY_HAND = "make it once: docker network create, and write `external: true`"
_OVERLAY = "overlay"
_SHAPE: dict[str, Shape] = {
    "name": text,
    "driver": text,
    "internal": flag,
    "attachable": flag,
    "external": flag,
    "ipam": {"driver": text, "config": [{"subnet": text}]},
}
_LOST = ("enable_ipv4", "enable_ipv6")
_LOST_OF_POOL = ("gateway", "ip_range", "aux_addresses")


def joined(
    model: Model, name: str, aliases: dict[str, list[str]], told: Told
) -> dict[str, Emitted]:
    """Return the `networks` of service *name*; empty if it is on the default one alone.

    Args:
        model: The services, values filled in.
        name: One of them.
        aliases: What else each service is called; see `other_names`.
        told: What is said.

    Raises:
        UserError: It is on a network that the file does not declare.
    """
    more = aliases.get(name, [])
    found: dict[str, Emitted] = {}
    for network, settings in (model.networks(name) or {DEFAULT: {}}).items():
        section = model.document.section("networks")
        if network != DEFAULT and own(section, network) is None:
            why = f"network {network!r} is not declared"
            fix = f"add `networks: {{{network}: {{}}}}` at the end of the file"
            raise refused(model, name, "networks", why, fix)
        told_of = {key: value for key, value in settings.items() if not is_ignored(key)}
        lost = [key for key, value in told_of.items() if key != "aliases" and value is not None]
        for key in lost:
            why = "Swarm chooses addresses and the order itself"
            told.left_out(model, name, "networks", why, "dial by name", f"networks.{key}")
        names = dict.fromkeys([*words(settings.get("aliases")), *more])
        found[network] = {"aliases": list(names)} if names else None
    return {} if found == {DEFAULT: None} else found


def other_names(model: Model, names: list[str], told: Told) -> dict[str, list[str]]:
    """Return by what else each of the services *names* is dialled: container names and links."""
    found: dict[str, list[str]] = {}
    for name in names:
        called = model.get(name, "container_name")
        if isinstance(called, str) and called != name:
            found.setdefault(name, []).append(called)
        for link in words(model.get(name, "links")):
            target, _, alias = link.partition(":")
            if alias and alias != target and target in names:
                found.setdefault(target, []).append(alias)
                told.say(
                    f"{alias}, by which {name} dials {target}, is a name for all on the network",
                    model.where(name, "links"),
                    fix=f"dial {target}, if another service is called {alias}",
                )
    return found


def declared(source: Source, used: set[str], told: Told) -> dict[str, Emitted]:
    """Return the top-level `networks` of those *used*.

    Raises:
        UserError: One has a driver of a single host, a setting that Swarm has not, or would hold
            a secret.
    """
    model = source.filled
    found: dict[str, Emitted] = {}
    section = model.document.section("networks")
    for network in sorted(used):
        node = own(section, network)
        value = model.value(node)
        if node is None or (network == DEFAULT and not value):
            continue
        where = model.document.where(node)
        settings = dict(value) if isinstance(value, dict) else {}
        if called := outside_name(settings, network):
            told.say(
                f"network {called!r} must be an overlay network",
                where,
                fix=f"if it is not there yet: docker network create --driver overlay {called}",
            )
            found[network] = {"external": True, "name": called}
            continue
        require_no_secret_in_entry(source.written, "networks", network, _MADE_BY_HAND)
        _drop(settings, network, told, model)
        try:
            shape = shaped(settings, _SHAPE, f"networks.{network}")
        except ShapeError as error:
            raise UserError(
                f"`{error.path}:` cannot be in a stack: {error.why}",
                fix="give a file without it",
                where=where,
            ) from None
        written = dict(shape) if isinstance(shape, dict) else {}
        if written.get("driver") not in (None, "bridge", _OVERLAY):
            raise UserError(
                f"network {network!r} has the `driver: {written['driver']}`, which is for one host",
                fix="leave the driver out: a stack's networks are overlays",
                where=where,
            )
        if written.get("driver") == "bridge":
            what = f"network {network!r} is an overlay network in a stack, not a bridge"
            told.say(what, where, fix="leave the driver out: a bridge is for one host")
        found[network] = written | {"driver": _OVERLAY}
    return found


def _drop(settings: dict[str, Value], network: str, told: Told, model: Model) -> None:
    lost = [key for key in _LOST if settings.pop(key, None) is not None]
    ipam = settings.get("ipam")
    pools = ipam.get("config") if isinstance(ipam, dict) else None
    if isinstance(ipam, dict) and isinstance(pools, list):
        kept = [one for one in pools if isinstance(one, dict)]
        lost += [key for key in _LOST_OF_POOL if any(key in one for one in kept)]
        subnets: list[Value] = [
            {key: item for key, item in one.items() if key not in _LOST_OF_POOL} for one in kept
        ]
        settings["ipam"] = {**ipam, "config": subnets}
    node = own(model.document.section("networks"), network)
    where = model.document.where(node or model.document.root)
    for key in lost:
        told.say(
            f"`{key}` of network {network} is left out",
            where,
            fix="Swarm chooses addresses itself: dial by name",
        )
