"""What the engine found or did, as JSON for programs."""

import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass

from engine.hosts import Host


def json_text(found: Iterable[object]) -> str:
    """Return *found*, frozen values of the engine, as a list of objects; a host is its address."""
    return json.dumps(list(found), indent=2, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Host):
        return str(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{value!r} has no form in JSON")
