"""What HAProxy is to know of where it stands: what Compose decides late, and the networks.

A container port may be a variable, ``${API_PORT:-8000}:${API_PORT:-8000}``. And on a network that
other projects are on, ``web1`` may be theirs: there, replicas have a name with the project's in it,
and HAProxy dials that one. Where containers have IPv6 addresses, it listens on them, too.

Sources: Compose Specification, "Interpolation", "networks" (`external`, `name`, `aliases`,
`enable_ipv4`, `enable_ipv6`); Compose CLI reference, "COMPOSE_PROJECT_NAME".
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from composefile.images import known_ports
from composefile.interpolation import resolve
from composefile.listening import declared, variable_ports
from composefile.model import Model
from composefile.networks import networks
from generator.editing.draft import Draft
from generator.result import Settings
from lb.late import NOTHING_LATE, Late
from lb.model import Configuration, Families

# Compose gives it a value; what does not, still has the same name at both ends.
PROJECT = "${COMPOSE_PROJECT_NAME:-dcgen}"


def fitted(
    draft: Draft,
    configuration: Configuration,
    settings: Settings,
    ports: Sequence[int],
    replicas: Sequence[str] = (),
) -> Configuration:
    """Return *configuration* for the networks of the service of *draft*.

    Args:
        draft: The variant in the making.
        configuration: Of the HAProxy that takes the service's name.
        settings: How it is made.
        ports: The ports that it listens on.
        replicas: The services that it leads to, if they are of this file.
    """
    named = replicas if meeting(draft.model, draft.name) else ()
    found = families(draft.model, draft.name)
    if found != "ipv4" and settings.lb_config == "args":
        draft.say(
            f"a network of {draft.name!r} has IPv6, and HAProxy listens on IPv4 alone by arguments",
            "networks",
            fix="choose `--lb-config inline` or `--lb-config file`",
        )
    return replace(configuration, families=found, late=_late(draft, settings, ports, named))


def families(model: Model, name: str) -> Families:
    """Return the kinds of addresses that the containers of service *name* have, as the file says.

    An external network says nothing: it counts as one with IPv4.
    """
    mine = networks(model, name)
    if not any(network.has_ipv6 for network in mine):
        return "ipv4"
    return "both" if any(network.has_ipv4 for network in mine) else "ipv6"


def _late(
    draft: Draft, settings: Settings, ports: Sequence[int], names: Iterable[str] = ()
) -> Late:
    """Return what is decided late about the HAProxy of the service of *draft*.

    A file that is bound into the container is not interpolated: what it holds is said.

    Args:
        draft: The variant in the making.
        settings: How the HAProxy is made.
        ports: The ports that it listens on.
        names: The services that run its replicas, if they need a name with the project's in it.
    """
    expressions: dict[int, str] = {}
    for text, numbers in variable_ports(draft.model, draft.name).items():
        if draft.model.known(text) == str(numbers[0]):
            expressions |= dict.fromkeys({*numbers} & {*ports}, text)
        elif {*numbers} & {*ports}:
            shown = ", ".join(map(str, numbers))
            draft.say(
                f"{text} is {shown} now, and HAProxy does not follow when it changes",
                "ports",
                fix='give each container port a variable of its own: "8001:${PORT:-80}"',
            )
    found = Late(expressions, {name: dialled(name) for name in names})
    if not expressions:
        _say_image(draft, ports)
    if settings.lb_config != "file":
        return found
    fix = "leave out `--lb-config file`: an inline configuration follows"
    for port, text in found.ports.items():
        draft.say(
            f"{text} is {port} in the configuration of {draft.name!r}, whatever it is later",
            fix=fix,
        )
    if found.hosts:
        draft.say(
            f"the configuration of {draft.name!r} points to {', '.join(found.hosts)}, on a network"
            " where other projects may have these names",
            "networks",
            fix=fix,
        )
    return NOTHING_LATE


def meeting(model: Model, name: str) -> list[str]:
    """Return on which networks the replicas of service *name* get a name of their project.

    They are those of the project alone, or else all; none if other projects are on none of them.
    """
    mine = networks(model, name)
    own = [network for network in mine if not network.is_shared]
    return [network.name for network in own or mine] if len(own) < len(mine) else []


def dialled(name: str) -> str:
    """Return the name that service *name* has on networks that other projects are on, too.

    The dot cannot stand in a project's name: two projects never make the same name of two services.
    """
    return f"{PROJECT}.{name}"


def _say_image(draft: Draft, ports: Sequence[int]) -> None:
    """Say that *ports* are those of an image that may be another one later, if so."""
    model = draft.model
    image = model.get(draft.name, "image")
    said = image.rpartition("/")[2].partition(":")[0] if isinstance(image, str) else ""
    from_image = "$" in said and set(ports) <= set(known_ports(model.image(draft.name)))
    if from_image and ports and not declared(model, draft.service):
        draft.say(
            f"port {ports[0]} is that of {resolve(str(image), model.project.variables)}:"
            f" {image} may be another image later",
            "image",
            fix=f'declare the port: `expose: ["{ports[0]}"]`',
        )
