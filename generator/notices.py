"""What a person should know before a service runs several times, or somewhere else."""

import contextlib
from collections.abc import Iterator

from generator import labels
from generator.images import STATEFUL, short_name
from generator.interpolation import resolve
from generator.model import Model
from generator.ports import Port, UnresolvedPortError, parse
from generator.references import Reference
from generator.values import Value, pairs, plain, texts
from generator.variant import Notice

ADVERTISED = ("ADVERTISED", "CLUSTER_", "DISCOVERY_")


def scaling_notices(model: Model, name: str, replicas: int) -> Iterator[Notice]:
    """Yield what changes for service *name* when it runs *replicas* times."""
    if replicas > 1:
        yield from _of_data(model, name)
        yield from _of_devices(model, name)
    yield from udp_notices(model, name, "the balancer does not serve it")
    yield from _of_names(model, name)
    yield from _of_numbers(model, name)
    for variable in pairs(model.get(name, "environment")):
        if any(word in variable.upper() for word in ADVERTISED):
            yield Notice(
                f"{variable} of {name!r} may tell others a name that is the balancer's now",
                model.where(name, "environment"),
            )
            return


def udp_notices(model: Model, name: str, what: str) -> Iterator[Notice]:
    """Yield a notice for each port of *name* that is not TCP; *what* ends the sentence."""
    for port in _ports(model, name):
        if port.protocol != "tcp":
            yield Notice(
                f"port {port.target}/{port.protocol} of {name!r} is not TCP: {what}",
                model.where(name, "ports"),
            )


def _of_data(model: Model, name: str) -> Iterator[Notice]:
    image = model.get(name, "image")
    shown = resolve(image, model.project.variables) if isinstance(image, str) else None
    if shown and short_name(shown) in STATEFUL:
        yield Notice(
            f"{name!r} runs {short_name(shown)}: its replicas hold data of their own",
            model.where(name, "image"),
        )
    volumes = model.get(name, "volumes")
    shared = [
        source for source in map(_writable, volumes if isinstance(volumes, list) else []) if source
    ]
    if shared:
        yield Notice(
            f"all replicas of {name!r} write to {', '.join(shared)}", model.where(name, "volumes")
        )


def _writable(volume: Value) -> str:
    if isinstance(volume, dict):
        source = volume.get("source")
        read_only = str(volume.get("read_only")).lower() == "true"
        return source if isinstance(source, str) and not read_only else ""
    parts = str(volume).split(":")
    writable = len(parts) > 1 and "ro" not in parts[-1].split(",")
    return parts[0] if writable and "docker.sock" not in parts[0] else ""


def _of_devices(model: Model, name: str) -> Iterator[Notice]:
    deploy = list(texts(model.get(name, "deploy")))
    for key in ("devices", "gpus"):
        if model.get(name, key) is not None or key in deploy:
            yield Notice(f"all replicas of {name!r} want the same devices", model.where(name, key))
            return


def _of_names(model: Model, name: str) -> Iterator[Notice]:
    for key in ("container_name", "hostname"):
        value = model.get(name, key)
        if value is not None:
            yield Notice(
                f"`{key}: {value}` is the balancer's now; the replicas have none",
                model.where(name, key),
            )
    if any(labels.is_routing_label(label) for label in pairs(model.get(name, "labels"))):
        yield Notice(
            f"the labels of {name!r} for another proxy are the balancer's now",
            model.where(name, "labels"),
        )


def _of_numbers(model: Model, name: str) -> Iterator[Notice]:
    deploy = model.get(name, "deploy")
    former = deploy.get("replicas") if isinstance(deploy, dict) else model.get(name, "scale")
    if former not in (None, "1"):
        yield Notice(
            f"the former number of {name!r}, {former}, no longer counts", model.where(name)
        )


def _ports(model: Model, name: str) -> Iterator[Port]:
    for key in ("ports", "expose"):
        entries = model.get(name, key)
        for entry in entries if isinstance(entries, list) else []:
            with contextlib.suppress(UnresolvedPortError, ValueError):
                yield from parse(entry, model.project.variables)


def removal_notices(
    model: Model,
    name: str,
    others: list[Reference],
    has_consumers: bool,  # noqa: FBT001 - a fact
) -> Iterator[Notice]:
    """Yield what is missing once service *name* has left the file."""
    published = [port.published for port in _ports(model, name) if port.published]
    if published:
        yield Notice(
            f"port {', '.join(published)} of {name!r} is no longer published on this host",
            model.where(name, "ports"),
        )
    if not has_consumers:
        yield Notice(f"nothing in this file refers to {name!r}", model.where(name))
    for reference in others:
        if reference.detail == "service_completed_successfully":
            yield Notice(
                f"{reference.service!r} no longer waits for {name!r}: its work must be done before",
                model.where(reference.service, "depends_on"),
            )
    yield from internal_notices(model, name)


def internal_notices(model: Model, name: str) -> Iterator[Notice]:
    """Yield a notice if every network of *name* is internal: nothing outside can be reached."""
    declared = model.document.section("networks")
    networks = model.networks(name) or {}
    settings = plain(model.document, declared) if declared else None
    known = settings if isinstance(settings, dict) else {}
    internal = [
        network
        for network in networks
        if isinstance(entry := known.get(network), dict)
        and str(entry.get("internal")).lower() == "true"
    ]
    if networks and len(internal) == len(networks):
        yield Notice(
            f"{name!r} is on internal networks only ({', '.join(internal)}):"
            " nothing there can reach another host",
            model.where(name, "networks"),
        )
