"""One service of a stack: what ``docker stack deploy`` takes, and nothing that it ignores."""

import shlex
from collections.abc import Callable, Mapping
from functools import partial

from composefile.model import Model
from composefile.values import Value, is_ignored, words
from generator.editing.emit import Emitted
from generator.targets.swarm.deploying import Held, deployed
from generator.targets.swarm.environment import env_files, environment
from generator.targets.swarm.listening import published
from generator.targets.swarm.mounts import Mounts, mounts
from generator.targets.swarm.shapes import Shape, ShapeError, duration, flag, shaped, text, whole
from generator.targets.swarm.told import Told, refused
from generator.targets.swarm.variables import Source, kept, kept_pairs

_TEXTS = ("hostname", "isolation", "stop_signal", "user", "working_dir")
_LISTS = ("cap_add", "cap_drop", "dns", "dns_search")
_FLAGS = ("init", "read_only", "stdin_open", "tty")
_SIMPLE: dict[str, Shape] = {
    **dict.fromkeys(_TEXTS, text),
    **{key: [text] for key in _LISTS},
    **dict.fromkeys(_FLAGS, flag),
    "stop_grace_period": duration,
}
_LIMIT: dict[str, Shape] = {"soft": whole, "hard": whole}
_CHECK: dict[str, Shape] = {
    "disable": flag,
    "interval": duration,
    "timeout": duration,
    "start_period": duration,
    "retries": whole,
}

_PATIENCE = 12  # health checks, 5 s apart


def body(
    source: Source, name: str, image: str, modes: tuple[str, str], told: Told
) -> tuple[dict[str, Emitted], Mounts]:
    """Return what the stack says of service *name*, without networks and configs; and its mounts.

    Args:
        source: The services.
        name: One of them.
        image: Its image.
        modes: How its ports are published, and what its name stands for.
        told: What is said.

    Raises:
        UserError: It cannot be in a stack.
    """
    model = source.filled
    made = {key: make() for key, make in parts(source, name, told).items()}
    found: dict[str, Emitted] = {"image": image, **made}
    ports = published(model, name, modes[0])
    found["ports"] = ports
    mounted = mounts(model, name, told)
    found["volumes"] = mounted.written
    held = Held(
        any(port["mode"] == "host" for port in ports),
        any(port["mode"] == "ingress" for port in ports),
        mounted.is_local,
    )
    found["deploy"] = deployed(model, name, held, modes[1], told)
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}, mounted


def parts(source: Source, name: str, told: Told) -> dict[str, Callable[[], Emitted]]:
    """Return what makes each attribute of service *name* that depends on no other one.

    It raises UserError where the attribute cannot be in a stack.
    """
    model = source.filled
    return {
        "entrypoint": lambda: _command(source, name, "entrypoint", told),
        "command": lambda: _command(source, name, "command", told),
        "environment": lambda: environment(source, name, told),
        "env_file": lambda: [*env_files(source, name)],
        **{key: partial(_simple, model, name, key, shape) for key, shape in _SIMPLE.items()},
        "extra_hosts": lambda: _hosts(model, name),
        "sysctls": lambda: kept_pairs(source, name, "sysctls", told),
        "ulimits": lambda: _ulimits(model, name),
        "healthcheck": lambda: _health(source, name, told),
        "logging": lambda: _logging(source, name, told),
        "labels": lambda: kept_pairs(source, name, "labels", told),
    }


def _command(source: Source, name: str, key: str, told: Told) -> Emitted:
    value = source.written.get(name, key)
    if value is None:
        return None
    try:
        is_empty = not (shlex.split(value) if isinstance(value, str) else words(value))
    except ValueError as error:
        fix = "close the quotation mark"
        raise refused(source.filled, name, key, str(error), fix) from error
    if is_empty:
        fix = f"give the words that are to run: `{key}: [PROGRAM, ARGUMENT]`"
        raise refused(source.filled, name, key, "it is empty", fix)
    return kept(source, name, key, told)


def _simple(model: Model, name: str, key: str, shape: Shape) -> Emitted:
    value = model.get(name, key)
    return None if value is None else _shaped(model, name, key, value, shape)


def _shaped(model: Model, name: str, key: str, value: Value, shape: Shape) -> Emitted:
    try:
        return shaped(value, shape, key)
    except ShapeError as error:
        fix = "give a file without it" if "nothing like" in error.why else "write it so"
        raise refused(model, name, key, error.why, fix, error.path) from None


def _hosts(model: Model, name: str) -> list[Emitted]:
    value = model.get(name, "extra_hosts")
    if isinstance(value, dict):
        listed = [f"{host}:{address}" for host, item in value.items() for address in words(item)]
    else:
        listed = [word.replace("=", ":", 1) for word in words(value)]
    for one in listed:
        if one.endswith(":host-gateway"):
            why = "host-gateway is another machine on each node"
            fix = "give an address: dcgen extra-hosts, or: dcgen ambassador"
            raise refused(model, name, "extra_hosts", why, fix)
    return [text(one) for one in listed]


def _ulimits(model: Model, name: str) -> dict[str, Emitted]:
    value = model.get(name, "ulimits")
    if not isinstance(value, dict):
        return {}
    return {
        key: _shaped(model, name, "ulimits", item, _LIMIT if isinstance(item, dict) else whole)
        for key, item in value.items()
    }


def _logging(source: Source, name: str, told: Told) -> Emitted:
    value = source.written.get(name, "logging")
    if value is None:
        return None
    shape: Shape = {"driver": text, "options": {}}
    _shaped(source.written, name, "logging", value, shape)
    found = kept(source, name, "logging", told)
    if not isinstance(found, Mapping):
        return found
    # Docker's schema of a stack has no place for what Compose ignores here.
    return {key: item for key, item in found.items() if not is_ignored(key)}


def _health(source: Source, name: str, told: Told) -> Emitted:
    model = source.filled
    value = model.get(name, "healthcheck")
    if not isinstance(value, dict):
        return None
    if value.get("start_interval") is not None:
        why = "it needs a newer format than 3.8"
        fix = "give a shorter `interval:`: Swarm uses a task only when it is healthy"
        told.left_out(model, name, "healthcheck", why, fix, "healthcheck.start_interval")
    rest = {key: item for key, item in value.items() if key not in ("test", "start_interval")}
    found = _shaped(model, name, "healthcheck", rest, _CHECK)
    first: dict[str, Emitted] = {}
    if (test := value.get("test")) is not None:
        _shaped(model, name, "healthcheck", test, [text] if isinstance(test, list) else text)
        written = kept(source, name, "healthcheck", told)
        first = {"test": written["test"]} if isinstance(written, Mapping) else {}
    if not isinstance(found, dict):
        return None
    if model.identity(name).is_proxy:
        # It is unhealthy while all its servers are down, and a new HAProxy would not help.
        return {**first, **found, "retries": _PATIENCE}
    if test and "start_period" not in found and not found.get("disable"):
        told.say_of(
            name,
            "no `start_period` in the health check, and Swarm replaces what is unhealthy",
            model.where(name, "healthcheck"),
            fix="add `start_period:`, as long as its start may take",
        )
    return {**first, **found}
