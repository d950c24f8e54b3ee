"""What becomes of each attribute of a service in a stack: carried over, left out, or refused.

An attribute without a row is refused, so that none is lost in silence; what is left out is said.
What ``docker stack deploy`` itself ignores is never written.
Sources: Compose Specification, "Services top-level elements"; docker/cli, package
cli/compose/types, "UnsupportedProperties".
"""

import re
from collections.abc import Iterator

from composefile.document import own
from composefile.model import Model
from composefile.syntax.parser import Scalar
from composefile.values import is_ignored, words
from faults import UserError
from generator.targets.hollow import hollow
from generator.targets.secrecy import PLAIN, taken_secrets
from generator.targets.swarm.told import Told, refused
from generator.targets.swarm.variables import Source

CARRIED = (
    *("build", "cap_add", "cap_drop", "command", "configs", "container_name", "cpus", "deploy"),
    *("dns", "dns_search", "entrypoint", "env_file", "environment", "extra_hosts", "healthcheck"),
    *("hostname", "image", "init", "isolation", "labels", "links", "logging", "mem_limit"),
    *("mem_reservation", "networks", "pids_limit", "ports", "profiles", "read_only", "restart"),
    *("scale", "secrets", "shm_size", "stdin_open", "stop_grace_period", "stop_signal", "sysctls"),
    *("tmpfs", "tty", "ulimits", "user", "volumes", "working_dir"),
)
# Not written, or written with the variables in them, or looked at by those who write them.
_UNFILLED = {
    *("build", "command", "configs", "entrypoint", "env_file", "environment", "healthcheck"),
    *("labels", "logging", "profiles", "secrets", "sysctls"),
}
# Of no effect in a stack, and without a loss: any port of a service is open to its networks.
NO_LOSS = ("attach", "develop", "expose", "extends")
_HOST_ALONE = "Swarm has nothing like it"
_WITHOUT = "leave it out if the service runs without it"
_ORDER = "Swarm starts services in no order"
# Lost, and told: why, and what to do.
SAID = {
    "annotations": (_HOST_ALONE, _WITHOUT),
    "cgroup": (_HOST_ALONE, _WITHOUT),
    "cgroup_parent": (_HOST_ALONE, _WITHOUT),
    "cpu_shares": (_HOST_ALONE, "reserve with `deploy.resources.reservations.cpus`"),
    "cpuset": (_HOST_ALONE, "limit with `deploy.resources.limits.cpus`"),
    "depends_on": (_ORDER, "let each program try again; Swarm starts again what ends"),
    "domainname": (_HOST_ALONE, "write the whole name as `hostname:`"),
    "mac_address": (_HOST_ALONE, _WITHOUT),
    "mem_swappiness": (_HOST_ALONE, _WITHOUT),
    "memswap_limit": (_HOST_ALONE, "limit with `deploy.resources.limits.memory`"),
    "oom_kill_disable": (_HOST_ALONE, _WITHOUT),
    "oom_score_adj": (_HOST_ALONE, _WITHOUT),
    "platform": (
        "Swarm places a task where its image runs",
        "to choose yourself: `deploy.placement.constraints: [node.platform.arch == x86_64]`",
    ),
    "pull_policy": ("each node asks the registry for what it lacks", "push the image first"),
    "security_opt": (
        "Swarm has nothing like it",
        'set it for each node in /etc/docker/daemon.json: "no-new-privileges": true',
    ),
}
REFUSED = {
    "credential_spec": "run this service with Compose",
    "devices": "run this service with Compose on the host that has the device",
    "external_links": "join the network of the other service: `networks:` with `external: true`",
    "group_add": "give the group with the user: `user: UID:GID`",
    "network_mode": "publish ports with `mode: host`, or run this service with Compose",
    "privileged": "name what it needs with `cap_add:`, or run this service with Compose",
    "volumes_from": "name the volume, and mount it in both services",
}
# The same of all that has a name: `patternProperties` of the schema.
_NAME = re.compile(r"[a-zA-Z0-9._-]+")


def judge(source: Source, name: str, told: Told) -> None:
    """Tell what is lost of service *name* in a stack.

    Raises:
        UserError: It has an attribute that cannot be carried over, or one would hold a secret.
    """
    model = source.filled
    for error in refused_of(model, name):
        raise error
    for error in taken_of(source, name):
        raise error
    for key in model.keys(name):
        if key in CARRIED or key in NO_LOSS or is_ignored(key):
            continue
        if model.get(name, key) in (None, "false"):
            continue
        why, fix = SAID[key]
        told.left_out(model, name, key, why, fix)


def refused_of(model: Model, name: str) -> Iterator[UserError]:
    """Yield an error for each attribute of service *name* that cannot be carried over."""
    for key in model.keys(name):
        is_known = key in (*CARRIED, *NO_LOSS, *SAID) or is_ignored(key)
        if not is_known and model.get(name, key) not in (None, "false"):
            fix = REFUSED.get(key, "give a file without it, or run this service with Compose")
            yield refused(model, name, key, _HOST_ALONE, fix)


def taken_of(source: Source, name: str) -> Iterator[UserError]:
    """Yield an error for each attribute of service *name* by which a stack would hold a secret."""
    return taken_secrets(source.written, name, {*CARRIED} - _UNFILLED - PLAIN, "stack")


def chosen(model: Model, told: Told) -> list[str]:
    """Return the services of *model* that run without a profile.

    Raises:
        UserError: There is none.
    """
    found = []
    for name in model.names:
        if words(model.get(name, "profiles")):
            what = f"{name} is left out: it is started only with a profile"
            fix = "give a file in which it has no `profiles:`"
            told.say(what, model.where(name, "profiles"), fix)
        else:
            found.append(name)
    if not found:
        raise UserError(
            "every service is started only with a profile",
            fix="take `profiles:` out of those that are to run",
            where=model.document.where(model.document.root),
        )
    return found


def refused_of_file(model: Model) -> Iterator[UserError]:
    """Yield an error for each part of *model* that cannot be in a stack, whatever it is for.

    That is the v1 format, a section that Swarm does not know, a name that Docker's schema does
    not have, or an empty entry of a service.
    """
    yield from hollow(model)
    document = model.document
    for section in ("services", "networks", "volumes", "configs", "secrets"):
        entries = document.section(section)
        for key, _ in entries.entries if entries else ():
            called = key.value if isinstance(key, Scalar) else ""
            if called != "<<" and not _NAME.fullmatch(called):
                yield UserError(
                    f"{called!r} cannot be a name in `{section}:` of a stack",
                    fix="rename it: letters, digits, `-`, `_` and `.`",
                    where=document.where(key),
                )
    if document.v1:
        yield UserError(
            "`docker stack deploy` reads no file in the v1 format",
            fix="put the services below `services:`; names resolve without `links:`",
            where=document.where(document.root),
        )
    for key, _ in document.root.entries:
        section = key.value if isinstance(key, Scalar) else ""
        if section in ("include", "models") and own(document.root, section) is not None:
            yield UserError(
                f"`{section}:` cannot be in a stack",
                fix="give one file without it: docker compose config -o FILE",
                where=document.where(key),
            )
