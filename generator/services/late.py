"""What Compose decides when a balancer is started, so that no number or name of today stands in it.

A container port may be a variable, ``${API_PORT:-8000}:${API_PORT:-8000}``. And on a network that
other projects are on, ``web1`` may be theirs: there, replicas have a name with the project's in it,
and HAProxy dials that one.

Sources: Compose Specification, "Interpolation", "networks" (`external`, `name`, `aliases`); Compose
CLI reference, "COMPOSE_PROJECT_NAME".
"""

from collections.abc import Iterable, Mapping, Sequence

from composefile.images import known_ports
from composefile.interpolation import resolve
from composefile.listening import declared, variable_ports
from composefile.model import Model
from composefile.values import plain
from generator.editing.draft import Draft
from generator.result import Settings
from lb.late import NOTHING_LATE, Late

# Compose gives it a value; what does not, still has the same name at both ends.
PROJECT = "${COMPOSE_PROJECT_NAME:-dcgen}"


def late(draft: Draft, settings: Settings, ports: Sequence[int], names: Iterable[str] = ()) -> Late:
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
        draft.say(f"{text} is {port} in {draft.name}.haproxy.cfg, whatever it is later", fix=fix)
    if found.hosts:
        draft.say(
            f"{draft.name}.haproxy.cfg points to {', '.join(found.hosts)}, on a network where other"
            " projects may have these names",
            "networks",
            fix=fix,
        )
    return NOTHING_LATE


def meeting(model: Model, name: str) -> list[str]:
    """Return on which networks the replicas of service *name* get a name of their project.

    They are those of the project alone, or else all; none if other projects are on none of them.
    """
    mine = model.networks(name) or {}
    own = [network for network in mine if not _is_shared(model, network)]
    return (own or list(mine)) if len(own) < len(mine) else []


def dialled(name: str) -> str:
    """Return the name that service *name* has on networks that other projects are on, too.

    The dot cannot stand in a project's name: two projects never make the same name of two services.
    """
    return f"{PROJECT}.{name}"


def _is_shared(model: Model, network: str) -> bool:
    section = plain(model.document, model.document.section("networks"))
    entry = section.get(network) if isinstance(section, dict) else None
    settings: Mapping[str, object] = entry if isinstance(entry, dict) else {}
    called = str(settings.get("name") or "")
    is_external = settings.get("external") not in (None, "false")
    return is_external or (bool(called) and "COMPOSE_PROJECT_NAME" not in called)


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
