"""What a generated service takes over in part: of `deploy` and `ulimits`.

Whoever takes over a name accepts its connections: with as many descriptors, and is
started again as the service was. What limits or places an application
is not HAProxy's.

Sources: Compose Deploy Specification, "labels" and "restart_policy"; Compose Specification,
"ulimits".
"""

from collections.abc import Mapping

from composefile.model import Model
from generator.editing.emit import Emitted
from generator.editing.rewrite import quoted, written
from lb.model import DEFAULTS

# HAProxy has room for so many of its own accord: fewer would be less than it has today.
LEAST_FILES = 2 * DEFAULTS.maxconn


def carried_parts(model: Model, name: str, routing: Mapping[str, Emitted]) -> dict[str, Emitted]:
    """Return what a generated service has of such keys of service *name*.

    *routing* are the labels in its `deploy` that tell another proxy where to lead.
    """
    found: dict[str, Emitted] = {
        "deploy": _deploy(model, name, routing),
        "ulimits": _ulimits(model, name),
    }
    return {key: value for key, value in found.items() if value}


def _deploy(model: Model, name: str, routing: Mapping[str, Emitted]) -> dict[str, Emitted]:
    found: dict[str, Emitted] = {"labels": dict(routing)} if routing else {}
    whole = _whole(model, name, "deploy")
    if isinstance(whole, dict) and "restart_policy" in whole:
        found["restart_policy"] = whole["restart_policy"]
    return found


def _ulimits(model: Model, name: str) -> dict[str, Emitted]:
    value, whole = model.get(name, "ulimits"), _whole(model, name, "ulimits")
    files = value.get("nofile") if isinstance(value, dict) else None
    hard = files.get("hard") if isinstance(files, dict) else files
    many = isinstance(hard, str) and hard.isdecimal() and int(hard) >= LEAST_FILES
    return {"nofile": whole["nofile"]} if many and isinstance(whole, dict) else {}


def _whole(model: Model, name: str, key: str) -> Emitted:
    field = model.fields(name).get(key)
    own = field is not None and not model.inherits(name, key)
    return written(field.node) if field and own else quoted(model.get(name, key))
