"""What a container and its pod may do.

Sources: Compose Specification, "cap_add", "privileged", "security_opt", "user", "sysctls";
Kubernetes, "Configure a Security Context for a Pod or Container".
"""

import re
from collections.abc import Sequence

from composefile.model import Model
from composefile.ports import Port
from composefile.values import pairs, words
from faults import UserError
from generator.editing.emit import Emitted
from generator.targets.kubernetes.attributes import refused
from generator.targets.kubernetes.choices import Version
from lb.image import USER, is_known

_NUMBERS = re.compile(r"(\d+)(?::(\d+))?")
_FIRST_UNPRIVILEGED = 1024
PORT_START = "net.ipv4.ip_unprivileged_port_start"
# What a kubelet lets a pod have without being told (Kubernetes, "Using sysctls").
_SAFE = (
    *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies"),
    *("net.ipv4.ping_group_range", PORT_START, "net.ipv4.ip_local_reserved_ports"),
    *("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout"),
    *("net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"),
)
_LOW_PORTS = Version(1, 22)
_ROOT = ("root", "root:root")


def of_pod(model: Model, name: str, ports: Sequence[Port], version: Version) -> dict[str, Emitted]:
    """Return the security context of the pod of service *name*, which listens on *ports*.

    Args:
        model: The file.
        name: A service.
        ports: What it listens on.
        version: Of the cluster. Kubelets of before 1.22 take no pod that asks for low ports for
            everyone; Docker, which runs containers there as a rule, gives them without being asked.

    Raises:
        UserError: A group is no number, or a setting of the kernel is not for pods.
    """
    found: dict[str, Emitted] = {"seccompProfile": {"type": "RuntimeDefault"}}
    groups = words(model.get(name, "group_add"))
    if groups:
        if not all(group.isdecimal() for group in groups):
            raise refused(model, name, "group_add", f"group_add: {' '.join(groups)}")
        found["supplementalGroups"] = [int(group) for group in groups]
    kernel = pairs(model.get(name, "sysctls"))
    for key in kernel:
        if key not in _SAFE:
            raise refused(model, name, "sysctls", f"sysctls: {key}")
    if any(port.target < _FIRST_UNPRIVILEGED for port in ports):
        # As in Docker, where a program need not be root for it.
        kernel.setdefault(PORT_START, "0")
    if version < _LOW_PORTS and kernel.get(PORT_START) == "0":
        del kernel[PORT_START]
    if kernel and model.get(name, "network_mode") != "host":
        found["sysctls"] = [{"name": key, "value": value} for key, value in kernel.items()]
    return found


def of_container(model: Model, name: str) -> dict[str, Emitted]:
    """Return the security context of the container of service *name*.

    Raises:
        UserError: Its user is no number, or an option is for Docker alone.
    """
    found = _user(model, name)
    for key, called in (("read_only", "readOnlyRootFilesystem"), ("privileged", "privileged")):
        if model.get(name, key) == "true":
            found[called] = True
    kinds = (("add", "cap_add"), ("drop", "cap_drop"))
    named = {kind: words(model.get(name, key)) for kind, key in kinds}
    if any(named.values()):
        found["capabilities"] = {
            kind: [cap.removeprefix("CAP_") for cap in caps] for kind, caps in named.items() if caps
        }
    return {**found, **_options(model, name)}


def of_haproxy() -> dict[str, Emitted]:
    """Return who runs the official HAProxy image, so that a namespace of any kind admits it."""
    return {"runAsNonRoot": True, "runAsUser": USER}


def _user(model: Model, name: str) -> dict[str, Emitted]:
    user = model.get(name, "user")
    if not isinstance(user, str) or not user:
        is_ours = model.identity(name).is_proxy and is_known(str(model.get(name, "image")))
        return of_haproxy() if is_ours else {}
    match = _NUMBERS.fullmatch("0:0" if user in _ROOT else user)
    if not match:
        raise refused(model, name, "user", f"user: {user}")
    found: dict[str, Emitted] = {"runAsNonRoot": True} if int(match[1]) else {}
    found["runAsUser"] = int(match[1])
    if match[2]:
        found["runAsGroup"] = int(match[2])
    return found


def _require_unprivileged(model: Model, name: str) -> None:
    added = {cap.removeprefix("CAP_") for cap in words(model.get(name, "cap_add"))}
    if model.get(name, "privileged") == "true" or added & {"SYS_ADMIN", "ALL"}:
        raise UserError(
            f"service {name!r} gets no new privileges and has all: a cluster takes one of the two",
            fix="take out `no-new-privileges`, or `privileged` and `cap_add`",
            where=model.where(name, "security_opt"),
        )


def _options(model: Model, name: str) -> dict[str, Emitted]:
    found: dict[str, Emitted] = {}
    for option in words(model.get(name, "security_opt")):
        kind, _, value = option.replace("=", ":", 1).partition(":")
        if kind == "no-new-privileges" and value in ("", "true"):
            _require_unprivileged(model, name)
            found["allowPrivilegeEscalation"] = False
        elif (kind, value) == ("seccomp", "unconfined"):
            found["seccompProfile"] = {"type": "Unconfined"}
        elif (kind, value) != ("no-new-privileges", "false"):
            raise refused(model, name, "security_opt", f"security_opt: {option}")
    return found
