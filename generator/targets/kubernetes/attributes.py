"""What becomes of each attribute of a service in Kubernetes: carried over, said, or refused.

An attribute without a row is refused, so that none is lost in silence.
Source: Compose Specification, "Services top-level elements".
"""

from collections.abc import Iterable, Iterator, Mapping

from composefile.document import own
from composefile.model import Model
from composefile.syntax.parser import Scalar
from composefile.values import Value, is_ignored
from faults import UserError
from generator.result import Notice
from generator.targets.hollow import hollow
from generator.targets.kubernetes.unreadable import unreadable

CARRIED = (
    *("annotations", "build", "cap_add", "cap_drop", "command", "configs", "container_name"),
    *("cpu_period", "cpu_quota", "cpu_shares", "cpus", "depends_on", "deploy", "dns_opt"),
    *("dns_search", "entrypoint", "env_file", "environment", "expose", "extra_hosts", "group_add"),
    *("healthcheck", "hostname", "image", "init", "ipc", "labels", "links", "mem_limit"),
    *("mem_reservation", "net", "network_mode", "networks", "pid", "platform", "ports"),
    *("privileged", "profiles", "pull_policy", "read_only", "restart", "scale", "secrets"),
    *("security_opt", "shm_size", "stdin_open", "stop_grace_period", "sysctls", "tmpfs", "tty"),
    *("user", "volumes", "working_dir"),
)
CARRIED_OF_DEPLOY = ("endpoint_mode", "labels", "mode", "placement", "replicas", "resources")
_OF_UPDATES = ("parallelism", "order", "delay")
_KERNEL = "set it for the nodes, where their administrator allows it"
_LOGS = ("logs are the cluster's", "read them by `kubectl logs`")
# Lost, and told: why, and what to do.
SAID = {
    "attach": _LOGS,
    "blkio_config": ("a cluster does not weigh block devices", "take it out"),
    "cgroup_parent": ("a kubelet has its own groups", "limit it by `mem_limit` and `cpus`"),
    "cpu_rt_period": ("a cluster gives no real time", "take it out"),
    "cpu_rt_runtime": ("a cluster gives no real time", "take it out"),
    "cpuset": ("a kubelet chooses the processors", "limit it by `cpus`"),
    "develop": ("it is for a machine of a developer", "take it out"),
    "dns": ("other servers would not know the names of the services", "set them in CoreDNS"),
    "domainname": ("a pod is in the domain of its cluster", "take it out"),
    "log_driver": _LOGS,
    "log_opt": _LOGS,
    "logging": _LOGS,
    "mac_address": ("a cluster gives addresses itself", "take it out"),
    "mem_swappiness": ("swap is a setting of the node", _KERNEL),
    "memswap_limit": ("swap is a setting of the node", _KERNEL),
    "oom_kill_disable": ("a kubelet sets it", "reserve memory by `mem_reservation`"),
    "oom_score_adj": ("a kubelet sets it", "reserve memory by `mem_reservation`"),
    "pids_limit": ("it is a setting of the node", _KERNEL),
    "pull_refresh_after": ("a kubelet pulls by `pull_policy` alone", "give each build a tag"),
    "stop_signal": ("a kubelet takes that of the image", "write STOPSIGNAL into its Dockerfile"),
    "ulimits": ("they are those of the container runtime", _KERNEL),
}
SAID_OF_DEPLOY = {
    "restart_policy": ("a kubelet waits longer after each end, up to 5 minutes", "take it out"),
    "rollback_config": ("a cluster takes nothing back itself", "`kubectl rollout undo`"),
}
ALWAYS = ("always", "unless-stopped")
SECTIONS = ("include", "models")
_OF_VOLUMES = ("name", "external", "driver")


def judged(model: Model, name: str, *, is_once: bool) -> list[Notice]:
    """Return what is lost of service *name* in Kubernetes; *is_once* if it is to end by itself.

    Raises:
        UserError: It has an attribute that cannot be carried over.
    """
    for error in refused_of(model, name):
        raise error
    deploy = _deploy(model, name)
    return [*_lost(model, name, deploy), *([] if is_once else _restart(model, name))]


def refused_of(model: Model, name: str) -> Iterator[UserError]:
    """Yield an error for each attribute of service *name* that cannot be carried over, or read."""
    for key in model.keys(name):
        is_known = key in CARRIED or key in SAID or is_ignored(key)
        if not is_known and model.get(name, key) is not None:
            yield refused(model, name, key)
    yield from _refused_of_deploy(model, name, _deploy(model, name))
    yield from unreadable(model, name)


def _refused_of_deploy(model: Model, name: str, deploy: Mapping[str, Value]) -> Iterator[UserError]:
    for key in _meant(deploy):
        if key not in (*CARRIED_OF_DEPLOY, *SAID_OF_DEPLOY, "update_config"):
            yield refused(model, name, "deploy", f"deploy.{key}")
    if deploy.get("mode") not in (None, "replicated", "global", "replicated-job"):
        yield refused(model, name, "deploy", f"deploy.mode: {deploy['mode']}")
    for key in _meant(_part(deploy, "placement")):
        if key != "constraints":
            yield refused(model, name, "deploy", f"deploy.placement.{key}")
    resources = _part(deploy, "resources")
    for key in (key for part in _meant(resources) for key in _meant(_part(resources, part))):
        if key not in ("cpus", "memory", "pids"):
            yield refused(model, name, "deploy", f"deploy.resources: {key}")


def _meant(keys: Iterable[str]) -> Iterator[str]:
    # What begins so is for other programs, and Compose ignores it.
    return (key for key in keys if not is_ignored(key))


def _part(settings: Mapping[str, Value], key: str) -> dict[str, Value]:
    value = settings.get(key)
    return value if isinstance(value, dict) else {}


def _deploy(model: Model, name: str) -> dict[str, Value]:
    value = model.get(name, "deploy")
    return value if isinstance(value, dict) else {}


def refused_of_file(model: Model) -> Iterator[UserError]:
    """Yield an error for each part of *model* that cannot be carried over, whatever it is for.

    That is a section, a volume that is not an empty one of Docker's own, or an empty entry of a
    service.
    """
    yield from hollow(model)
    for section in SECTIONS:
        node = own(model.document.root, section)
        if node is not None:
            yield UserError(
                f"`{section}:` cannot be written as manifests",
                fix="give a file without it, as `docker compose config` prints it for `include`",
                where=model.document.where(node),
            )
    volumes = model.document.section("volumes")
    for key, body in volumes.entries if volumes else ():
        settings = model.value(body)
        given = settings if isinstance(settings, dict) else {}
        others = [one for one in _meant(given) if one not in _OF_VOLUMES]
        if given.get("driver") not in (None, "local"):
            others.append("driver")
        called = key.value if isinstance(key, Scalar) else ""
        for kind in others:
            yield UserError(
                f"`{kind}:` of volume {called!r} is for Docker alone",
                fix="take it out, and choose a storage class: `--storage-class NAME`",
                where=model.document.where(key),
            )


def refused(model: Model, name: str, key: str, called: str = "") -> UserError:
    """Return the error that *key* of service *name*, *called* so, cannot be carried over."""
    return UserError(
        f"`{called or f'{key}:'}` of service {name!r} cannot be written as manifests",
        fix=f"give a file without it, with `-f`, and write that part for Kubernetes: {key}",
        where=model.where(name, key),
    )


def _lost(model: Model, name: str, deploy: Mapping[str, Value]) -> Iterator[Notice]:
    for key, (why, fix) in SAID.items():
        if model.get(name, key) is not None:
            yield Notice(f"`{key}:` of {name} is left out: {why}", model.where(name, key), fix=fix)
    where = model.where(name, "deploy")
    for key, (why, fix) in SAID_OF_DEPLOY.items():
        value = deploy.get(key)
        if isinstance(value, dict):
            value = {inner: value[inner] for inner in _meant(value)}
        is_usual = value in ({}, {"condition": "any"})
        if value is not None and not is_usual:
            yield Notice(f"`deploy.{key}:` of {name} is left out: {why}", where, fix=fix)
    for inner in _meant(_part(deploy, "update_config")):
        if inner not in _OF_UPDATES:
            what = f"`deploy.update_config.{inner}:` of {name} is left out"
            why = "an update that fails stops"
            yield Notice(f"{what}: {why}", where, fix="`kubectl rollout undo` takes it back")


def _restart(model: Model, name: str) -> list[Notice]:
    value = model.get(name, "restart")
    if value is None or value in ALWAYS:
        return []
    what = f"`restart: {value}` of {name} is left out: its pods are always started again"
    fix = "if it is to end, let others wait for it: `condition: service_completed_successfully`"
    return [Notice(what, model.where(name, "restart"), fix=fix)]
