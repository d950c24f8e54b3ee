"""What a person should know before a service runs several times, or somewhere else."""

import contextlib
from collections.abc import Iterator

from composefile import labels
from composefile.images import STATEFUL, short_name
from composefile.interpolation import resolve
from composefile.model import Model
from composefile.ports import Port, UnresolvedPortError, parse
from composefile.values import Value, pairs, texts
from generator.result import Notice

ADVERTISED = ("ADVERTISED", "CLUSTER_", "DISCOVERY_")


def scaling_notices(model: Model, name: str, replicas: int) -> Iterator[Notice]:
    """Yield what changes for service *name* when it runs *replicas* times."""
    if replicas > 1:
        yield from _of_data(model, name)
        yield from _of_devices(model, name)
    yield from udp_notices(model, name, "the balancer does not serve it")
    yield from _of_names(model, name)
    yield from number_notices(model, name)
    for variable in pairs(model.get(name, "environment")):
        if any(word in variable.upper() for word in ADVERTISED):
            yield Notice(
                f"{variable} of {name!r} may tell others a name that is the balancer's now",
                model.where(name, "environment"),
            )
            return


def udp_notices(model: Model, name: str, what: str) -> Iterator[Notice]:
    """Yield a notice for each port of *name* that is not TCP; *what* ends the sentence."""
    for port in known_ports(model, name):
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
    shared = written_volumes(model, name)
    if shared:
        yield Notice(
            f"all replicas of {name!r} write to {', '.join(shared)}", model.where(name, "volumes")
        )


def written_volumes(model: Model, name: str) -> list[str]:
    """Return the volumes and folders that service *name* may write to, as the file names them."""
    volumes = model.get(name, "volumes")
    sources = map(_writable, volumes if isinstance(volumes, list) else [])
    return [source for source in sources if source]


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
        own = model.get(name, key) is not None
        if own or key in deploy:
            where = model.where(name, key if own else "deploy")
            yield Notice(f"all replicas of {name!r} want the same devices", where)
            return


def _of_names(model: Model, name: str) -> Iterator[Notice]:
    for key in ("container_name", "hostname"):
        value = model.get(name, key)
        if value is not None:
            yield Notice(
                f"`{key}: {value}` is the balancer's now; the replicas have none",
                model.where(name, key),
            )
    deploy = model.get(name, "deploy")
    inner = deploy.get("labels") if isinstance(deploy, dict) else None
    for key, value in (("labels", model.get(name, "labels")), ("deploy", inner)):
        if any(labels.is_routing_label(label) for label in pairs(value)):
            yield Notice(
                f"the labels of {name!r} for another proxy are the balancer's now",
                model.where(name, key),
            )


def number_notices(model: Model, name: str) -> Iterator[Notice]:
    """Yield a notice if service *name* had a number of containers of its own."""
    deploy = model.get(name, "deploy")
    settings = deploy if isinstance(deploy, dict) else {}
    mode = settings.get("mode")
    if isinstance(mode, str) and mode.startswith("global"):
        yield Notice(
            f"`mode: {mode}` of {name!r} no longer counts: it is one", model.where(name, "deploy")
        )
    former = settings.get("replicas") or model.get(name, "scale")
    if former not in (None, "1"):
        yield Notice(
            f"the former number of {name!r}, {former}, no longer counts", model.where(name)
        )


def known_ports(model: Model, name: str) -> Iterator[Port]:
    """Yield the ports of service *name* that can be known, those of other protocols too."""
    for key in ("ports", "expose"):
        entries = model.get(name, key)
        for entry in entries if isinstance(entries, list) else []:
            with contextlib.suppress(UnresolvedPortError, ValueError):
                yield from parse(entry, model.project.variables)
