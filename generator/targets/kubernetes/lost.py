"""What is lost in Kubernetes of what a file says below the name of an attribute, or of a section.

Source: Compose Specification, "networks", "volumes", "configs", "secrets", "deploy".
"""

from collections.abc import Iterator, Mapping

from composefile.model import Model
from composefile.outside import outside_name
from composefile.syntax.parser import Scalar
from composefile.values import Value, is_ignored, words
from faults import Place
from generator.result import Notice
from generator.targets.kubernetes.attributes import SAID

_OF_NETWORKS = ("internal",)
_USUAL_DRIVERS = (("driver", "bridge"), ("driver", "overlay"))
_FILES = ("configs", "secrets")
_OF_FILES = ("file", "environment", "content", "external")
# Of a service in a network, all but its aliases: why, and what to do.
_ADDRESSES = ("a cluster gives addresses itself", "take it out, and use names")
_OWNERS = ("a file is root's in a pod", "let all read it: `mode: 0444`")
_OF_VOLUMES = (("volume", "labels"), ("tmpfs", "mode"))
_IN_VOLUMES = ("a cluster mounts it as its storage class and its image have it", "take it out")
_OF_ONE_NODE = ("a port is published on all nodes", "`--publish none`, and reach its Service")
_IN_MEMORY = ("memory in a pod has a size alone", "take it out")


def lost_of_sections(model: Model) -> Iterator[Notice]:
    """Yield what is lost of the networks, volumes, configs and secrets that *model* declares."""
    yield from _of_networks(model)
    for key, settings, where in _declared(model, "volumes"):
        if settings.get("name") and not outside_name(settings, key):
            what = f"`name:` of volume {key!r} is left out: its claim is named after the volume"
            fix = "for a claim that exists: `external: true` beside `name:`"
            yield Notice(what, where, fix=fix)
    for section in _FILES:
        for key, settings, where in _declared(model, section):
            usual = (*_OF_FILES, "name") if outside_name(settings, key) else _OF_FILES
            others = [one for one in settings if one not in usual and not is_ignored(one)]
            for one in others:
                what = f"`{one}:` of {section[:-1]} {key!r} is left out"
                why = "what is written is named after it and its content"
                yield Notice(f"{what}: {why}", where, fix="take it out")


def _of_networks(model: Model) -> Iterator[Notice]:
    for key, settings, where in _declared(model, "networks"):
        usual = (*_OF_NETWORKS, "name") if outside_name(settings, key) else _OF_NETWORKS
        for kind, value in settings.items():
            is_usual = kind in usual or is_ignored(kind) or value in ("false", None)
            if not is_usual and (kind, value) not in _USUAL_DRIVERS:
                what = f"`{kind}:` of network {key!r} is left out"
                why = "the cluster has one network, with addresses of its own"
                yield Notice(f"{what}: {why}", where, fix="take it out")


def lost_inside(model: Model, name: str) -> Iterator[Notice]:
    """Yield what is lost of the networks, files, ports, volumes and limits of service *name*."""
    yield from _of_addresses(model, name)
    yield from _of_owners(model, name)
    yield from _of_mounts(model, name)
    yield from _of_memory(model, name)
    yield from _of_order_and_limits(model, name)


def _of_addresses(model: Model, name: str) -> Iterator[Notice]:
    networks = model.get(name, "networks")
    for network, settings in networks.items() if isinstance(networks, dict) else ():
        keys = settings if isinstance(settings, dict) else {}
        others = [key for key in keys if key != "aliases" and not is_ignored(key)]
        for key in others:
            yield _lost(model, name, "networks", f"{network}.{key}", _ADDRESSES)


def _of_owners(model: Model, name: str) -> Iterator[Notice]:
    files = ((section, entry) for section in _FILES for entry in _entries(model, name, section))
    for section, entry in files:
        for owner in ("uid", "gid"):
            if entry.get(owner):
                yield _lost(model, name, section, owner, _OWNERS)


def _of_mounts(model: Model, name: str) -> Iterator[Notice]:
    if any(entry.get("mode") == "host" for entry in _entries(model, name, "ports")):
        yield _lost(model, name, "ports", "mode", _OF_ONE_NODE)
    for entry in _entries(model, name, "volumes"):
        for kind, key in _OF_VOLUMES:
            settings = entry.get(kind)
            if isinstance(settings, dict) and settings.get(key):
                yield _lost(model, name, "volumes", f"{kind}.{key}", _IN_VOLUMES)


def _of_memory(model: Model, name: str) -> Iterator[Notice]:
    for text in words(model.get(name, "tmpfs")):
        options = [one.partition("=")[0] for one in text.partition(":")[2].split(",") if one]
        for option in options:
            if option != "size":
                yield _lost(model, name, "tmpfs", option, _IN_MEMORY)


def _of_order_and_limits(model: Model, name: str) -> Iterator[Notice]:
    before = model.get(name, "depends_on")
    for other, how in before.items() if isinstance(before, dict) else ():
        if isinstance(how, dict) and how.get("restart") == "true":
            why = "pods do not start again when others do"
            fix = f"`kubectl rollout restart` for {name}, too"
            yield _lost(model, name, "depends_on", f"{other}.restart", (why, fix))
    deploy = model.get(name, "deploy")
    resources = deploy.get("resources") if isinstance(deploy, dict) else None
    limits = resources.get("limits") if isinstance(resources, dict) else None
    if isinstance(limits, dict) and limits.get("pids"):
        yield _lost(model, name, "deploy", "resources.limits.pids", SAID["pids_limit"])


def _lost(model: Model, name: str, key: str, inner: str, said: tuple[str, str]) -> Notice:
    what = f"`{key}.{inner}` of {name} is left out: {said[0]}"
    return Notice(what, model.where(name, key), fix=said[1])


def _entries(model: Model, name: str, key: str) -> list[dict[str, Value]]:
    value = model.get(name, key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _declared(model: Model, section: str) -> Iterator[tuple[str, Mapping[str, Value], Place]]:
    found = model.document.section(section)
    for key, body in found.entries if found else ():
        settings = model.value(body)
        if isinstance(key, Scalar) and isinstance(settings, dict):
            yield key.value, settings, model.document.where(key)
