"""Write the services of a Compose file as a stack of Docker Swarm.

    services: {rng: {build: rng, ports: ["8001:80"]}}
    →  rng: {image: REGISTRY/rng:TAG, ports: [{target: 80, published: 8001, …}], deploy: {…}}

Source: docker/cli, the schema of the Compose file format 3.8, which every Docker since 19.03 reads;
a limit of processes needs 3.9, of Docker 20.10.
"""

import posixpath
from dataclasses import dataclass

from composefile.interpolation import escape
from generator.editing.emit import Emitted, Layout, entries
from generator.result import HEADER, Notice
from generator.targets.swarm import networks
from generator.targets.swarm.attributes import chosen, judge, refused_of_file
from generator.targets.swarm.configs import Beside, declare, declare_file, references
from generator.targets.swarm.images import image_of
from generator.targets.swarm.service import body
from generator.targets.swarm.told import Told
from generator.targets.swarm.variables import Source
from generator.targets.swarm.volumes import declared_volumes

VERSION, VERSION_WITH_PIDS = "3.8", "3.9"
_LAYOUT = Layout()


@dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen for a stack.

    Attributes:
        registry: Where images that are built here are: HOST/PATH; empty if not given.
        tag: Their tag.
        port_mode: How ports are published: ``ingress``, on all nodes; or ``host``.
        endpoint_mode: What the name of a service stands for: ``vip`` or ``dnsrr``.
    """

    registry: str = ""
    tag: str = ""
    port_mode: str = "ingress"
    endpoint_mode: str = "vip"


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack: its *text*, the *files* beside it by name, and what a person has to know."""

    text: str
    files: dict[str, str]
    notices: list[Notice]


def stack(source: Source, choices: Choices, beside: Beside) -> Stack:
    """Return the stack of all services without a profile.

    Args:
        source: The services.
        choices: What is chosen.
        beside: What is around it; what its configs need is put there.

    Raises:
        UserError: Something in the file cannot be in a stack: the first such thing.
    """
    for error in refused_of_file(source.written):
        raise error
    told = Told()
    names = chosen(source.filled, told)
    others = networks.other_names(source.filled, names, told)
    services: dict[str, dict[str, Emitted]] = {}
    volumes: list[str] = []
    modes = (choices.port_mode, choices.endpoint_mode)
    for name in names:
        judge(source, name, told)
        image = image_of(source, name, choices.registry, choices.tag)
        written, mounted = body(source, name, image, modes, told)
        written |= _given(source, name, mounted.files, beside, told)
        joined = networks.joined(source.filled, name, others, told)
        services[name] = _ordered(written, joined, beside)
        volumes += mounted.volumes
    used = {network for one in names for network in source.filled.networks(one) or ()}
    sections: dict[str, dict[str, Emitted]] = {
        "networks": networks.declared(source, used, told),
        "volumes": declared_volumes(source, list(dict.fromkeys(volumes))),
        **beside.entries,
    }
    return Stack(_text(source, services, sections), beside.files, told.notices)


def _given(
    source: Source, name: str, files: dict[str, str], beside: Beside, told: Told
) -> dict[str, Emitted]:
    found: dict[str, list[Emitted]] = {"configs": [], "secrets": []}
    for section, taken in found.items():
        for reference in references(source, name, section):
            declare(source, section, str(reference["source"]), beside, told)
            taken.append(reference)
    for target, path in files.items():
        found["configs"].append(
            {"source": declare_file(source, name, path, beside), "target": target}
        )
    return {key: taken for key, taken in found.items() if taken}


def _ordered(
    written: dict[str, Emitted], joined: dict[str, Emitted], beside: Beside
) -> dict[str, Emitted]:
    deploy = written.pop("deploy")
    files = written.get("env_file")
    if isinstance(files, list):
        written["env_file"] = [escape(beside.path(str(file))) for file in files]
    return {**written, **({"networks": joined} if joined else {}), "deploy": deploy}


def _text(
    source: Source,
    services: dict[str, dict[str, Emitted]],
    sections: dict[str, dict[str, Emitted]],
) -> str:
    version = VERSION_WITH_PIDS if any(map(_limits_pids, services.values())) else VERSION
    lines = [f'{HEADER}\nversion: "{version}"\n\nservices:\n']
    for name, written in services.items():
        where = source.filled.where(name)
        shown = f"{posixpath.basename(where.file)}:{where.line}"
        lines.append(f"\n  # {shown}\n{entries({name: written}, _LAYOUT, 2)}")
    for section, made in sections.items():
        if made:
            lines.append(f"\n{entries({section: made}, _LAYOUT, 0)}")
    return "".join(lines)


def _limits_pids(written: dict[str, Emitted]) -> bool:
    deploy = written["deploy"]
    resources = deploy.get("resources") if isinstance(deploy, dict) else None
    limits = resources.get("limits") if isinstance(resources, dict) else None
    return isinstance(limits, dict) and "pids" in limits
