"""The pod of a service: one container, and what lies around it.

Source: Kubernetes API reference, "PodSpec" and "Container".
"""

import math
import re

from composefile.duration import seconds
from composefile.model import Model
from composefile.ports import Port
from composefile.values import words
from generator.editing.emit import Emitted
from generator.targets.kubernetes.attributes import refused
from generator.targets.kubernetes.choices import USUAL, Version
from generator.targets.kubernetes.probes import readiness
from generator.targets.kubernetes.source import Source
from generator.targets.kubernetes.variables import command

_NUMBERS = re.compile(r"(\d+)(?::(\d+))?")
_NAMED = re.compile(r"([a-z0-9][a-z0-9-]*):(/[^:]*)(?::(ro|rw))?")
_DRAIN_S, _GRACE_S, _FIRST_UNPRIVILEGED = 5, 10.0, 1024


def claims(model: Model, name: str) -> list[str]:
    """Return the names of the volumes that service *name* mounts."""
    return list(dict.fromkeys(volume for volume, _, _ in _mounts(model, name)))


def pod(
    source: Source, name: str, image: str, variables: list[Emitted], ports: list[Port]
) -> dict[str, Emitted]:
    """Return the pod of service *name*, which runs *image* with *variables* and hears on *ports*.

    Raises:
        UserError: Its user is no number, or it mounts something else than a volume with a name.
    """
    model = source.model
    grace = math.ceil(seconds(model.get(name, "stop_grace_period")) or _GRACE_S)
    spec: dict[str, Emitted] = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,  # else REDIS_PORT=tcp://… gets into the environment
        "securityContext": _of_pod(ports),
        "terminationGracePeriodSeconds": grace + (_DRAIN_S if ports else 0),
        "containers": [_container(source, name, image, variables, ports)],
    }
    volumes: list[Emitted] = [
        {"name": volume, "persistentVolumeClaim": {"claimName": volume}}
        for volume in claims(model, name)
    ]
    return {**spec, "volumes": volumes} if volumes else spec


def _container(
    source: Source, name: str, image: str, variables: list[Emitted], ports: list[Port]
) -> dict[str, Emitted]:
    model = source.model
    probe = readiness(model, name, ports)
    drain: Emitted = {"preStop": _sleep(source.choices.version)} if ports else {}
    listed: list[Emitted] = [
        {"containerPort": port.target, "protocol": port.protocol.upper()} for port in ports
    ]
    mounts: list[Emitted] = [
        {"name": volume, "mountPath": path, "readOnly": is_read_only}
        for volume, path, is_read_only in _mounts(model, name)
    ]
    found: dict[str, Emitted] = {
        "name": name,
        "image": image,
        "command": command(model, name, "entrypoint"),
        "args": command(model, name, "command"),
        "workingDir": str(model.get(name, "working_dir") or ""),
        "stdin": model.get(name, "stdin_open") == "true",
        "tty": model.get(name, "tty") == "true",
        "env": variables,
        "ports": listed,
        "readinessProbe": probe,
        "lifecycle": drain,
        "securityContext": _of_container(model, name),
        "volumeMounts": mounts,
    }
    return {key: value for key, value in found.items() if value}


def _sleep(version: Version) -> Emitted:
    if version >= USUAL:
        return {"sleep": {"seconds": _DRAIN_S}}
    return {"exec": {"command": ["sleep", str(_DRAIN_S)]}}


def _of_pod(ports: list[Port]) -> dict[str, Emitted]:
    found: dict[str, Emitted] = {"seccompProfile": {"type": "RuntimeDefault"}}
    if any(port.target < _FIRST_UNPRIVILEGED for port in ports):
        # As in Docker, where a program need not be root for it.
        found["sysctls"] = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    return found


def _of_container(model: Model, name: str) -> dict[str, Emitted]:
    found: dict[str, Emitted] = {}
    user = model.get(name, "user")
    if isinstance(user, str) and user:
        match = _NUMBERS.fullmatch(user)
        if not match:
            raise refused(model, name, "user", f"user: {user}")
        found["runAsUser"] = int(match[1])
        if match[2]:
            found["runAsGroup"] = int(match[2])
    if model.get(name, "read_only") == "true":
        found["readOnlyRootFilesystem"] = True
    kinds = (("add", "cap_add"), ("drop", "cap_drop"))
    named = {kind: words(model.get(name, key)) for kind, key in kinds}
    if any(named.values()):
        found["capabilities"] = {
            kind: [cap.removeprefix("CAP_") for cap in caps] for kind, caps in named.items() if caps
        }
    return found


def _mounts(model: Model, name: str) -> list[tuple[str, str, bool]]:
    found = []
    value = model.get(name, "volumes")
    for entry in value if isinstance(value, list) else ():
        match = _NAMED.fullmatch(entry) if isinstance(entry, str) else None
        if not match:
            raise refused(model, name, "volumes", "volumes")
        found.append((match[1], match[2], match[3] == "ro"))
    return found
