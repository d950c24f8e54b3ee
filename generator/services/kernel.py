"""Which settings of its network's kernel a generated service has: `sysctls`.

Whoever takes over a name accepts its connections by the same settings. As the user of the image,
HAProxy may listen below 1024 only where the kernel lets everyone do so: Docker asks for that since
20.10, Podman and Kubernetes do not.
They are a list, which every Compose reads; podman-compose 1.0.3 passes the keys alone of a map.
Source: Compose Specification, "sysctls"; Linux, Documentation/networking/ip-sysctl.
"""

from collections.abc import Iterable

from composefile.model import Model
from composefile.values import assignments
from generator.editing.emit import Emitted
from generator.editing.rewrite import quoted

PORT_START = "net.ipv4.ip_unprivileged_port_start"
FIRST_FREE = 1024


def sysctls(model: Model, name: str, ports: Iterable[int]) -> list[Emitted]:
    """Return those of what takes the place of service *name*, as ``KEY=VALUE``.

    It must listen on *ports*.

    With the network of the host it has none: Docker refuses them there.
    """
    if model.get(name, "network_mode") not in (None, "bridge"):
        return []
    found = {
        key: value
        for key, value in assignments(model.get(name, "sysctls")).items()
        if value and key.startswith("net.") and (key != PORT_START or value == "0")
    }
    low = any(port < FIRST_FREE for port in ports)
    kept = {**found, PORT_START: "0"} if low else found
    return [quoted(f"{key}={value}") for key, value in kept.items()]
