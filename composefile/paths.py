"""Which values of a service are paths, and what they are seen from another folder.

Source: Compose Specification: "build", "volumes" (short and long syntax), "env_file", "label_file",
"develop.watch".
"""

import posixpath
import re
from typing import Literal

from composefile.interpolation import split
from composefile.syntax.nodes import Value

Kind = Literal["path", "context", "named", "volume"]

_URL = r"(?i)[a-z][a-z0-9+.-]*://|git@|github\.com/|[a-z-]+:"


def mount(volume: str) -> list[str]:
    r"""Return the parts of a *volume* in short syntax: source, target, options.

    The colon of a drive (``C:\data:/data``) parts nothing, as with Compose.
    """
    parts = split(volume)
    if len(parts) > 1 and re.fullmatch("[A-Za-z]", parts[0]) and parts[1][:1] in ("/", "\\"):
        parts = [f"{parts[0]}:{parts[1]}", *parts[2:]]
    return parts


def is_local(context: str) -> bool:
    """Tell whether *context*, what a build takes files from, is a folder of this machine."""
    return bool(context) and not re.match(_URL, context)


def moved(path: str, prefix: str, kind: Kind) -> str:
    """Return *path* with *prefix* in front of it, if it is relative.

    Args:
        path: A value, perhaps with variables: what begins with one stays.
        prefix: The way from the new folder to the old one, such as ``../app``.
        kind: A ``path``, the ``context`` of a build, a ``named`` one, or a ``volume``.
    """
    if kind == "volume":
        # Only what begins with a dot is a path here; any other word is the name of a volume.
        source, *rest = mount(path)
        return ":".join([_join(prefix, source), *rest]) if source.startswith(".") else path
    if kind == "context" and re.match(_URL, path):
        return path
    if kind == "named":
        name, equals, value = path.partition("=")
        return f"{name}{equals}{moved(value, prefix, 'context')}" if equals else path
    if not path or path.startswith(("/", "~", "$", "\\")) or re.match(_URL, path):
        return path
    return _join(prefix, path)


def moved_value(key: str, value: Value, prefix: str) -> Value:
    """Return the *value* of a service's *key* as it is when seen from another folder."""
    if key == "build":
        return _build(value, prefix)
    if key == "volumes":
        return _items(value, "source", prefix, "volume")
    if key in ("env_file", "label_file"):
        return _items(value, "path", prefix, "path")
    if key == "develop" and isinstance(value, dict) and "watch" in value:
        return value | {"watch": _items(value["watch"], "path", prefix, "path")}
    return value


def _build(value: Value, prefix: str) -> Value:
    if isinstance(value, str):
        return moved(value, prefix, "context")
    if not isinstance(value, dict):
        return value
    found = dict(value)
    if isinstance(context := found.get("context"), str):
        found["context"] = moved(context, prefix, "context")
    contexts = found.get("additional_contexts")
    if isinstance(contexts, dict):
        found["additional_contexts"] = {
            name: moved(path, prefix, "context") if isinstance(path, str) else path
            for name, path in contexts.items()
        }
    elif isinstance(contexts, list):
        found["additional_contexts"] = _items(contexts, "", prefix, "named")
    return found


def _items(value: Value, key: str, prefix: str, kind: Kind) -> Value:
    # One item or a list of them; each a path, or a mapping that has it under *key*.
    if isinstance(value, list):
        return [_items(item, key, prefix, kind) for item in value]
    if isinstance(value, dict):
        path = value.get(key)
        return value | {key: moved(path, prefix, kind)} if isinstance(path, str) else value
    return moved(value, prefix, kind) if isinstance(value, str) else value


def _join(prefix: str, path: str) -> str:
    # What a variable stands for is not known: `..` behind it, or within its default, stays.
    path, dollar, variable = path.partition("$")
    tail = "/" if path.endswith("/") and (dollar or path.strip("./")) else ""
    joined = posixpath.normpath(posixpath.join(prefix, path))
    return (joined if joined.startswith((".", "/")) else f"./{joined}") + tail + dollar + variable
