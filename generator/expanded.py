"""What a service says in full: its own entries over those of the service that it extends.

    base: {image: a, ports: ["80"]}          expanded: {image: a, ports: ["80", "81"]}
    web: {extends: base, ports: ["81"]}

Source: Compose Specification, "extends".
"""

import os
from pathlib import Path

from composefile.merging import merge_values
from composefile.model import Model
from composefile.paths import moved_value
from composefile.values import Value, without
from generator.said import Said, said


def expanded(model: Model, name: str) -> dict[str, Value]:
    """Return what service *name* says with all that it extends, in the words of the files.

    Paths of a base in another folder are relative to the folder of *model*.
    """
    found = _inherited(model, name)
    for key, field in model.fields(name).items():
        if key != "extends":
            say(found, name, key, said(field.node))
    return found


def says(model: Model, name: str) -> dict[str, Said]:
    """Return what service *name* says by key; with all that it extends, if it extends another."""
    mine = {key: said(field.node) for key, field in model.fields(name).items()}
    if model.base(name) is None:
        return mine
    found = {key: Said(value) for key, value in expanded(model, name).items()}
    for key, new in mine.items():
        if new.gone:
            found[key] = Said(found[key].value if key in found else None, new.gone, new.silent)
    return found


def say(found: dict[str, Value], name: str, key: str, new: Said) -> None:
    """Let *found*, the body of service *name*, have under *key* what Compose makes of *new*."""
    if new.silent:
        found.pop(key, None)
    elif key not in found or () in new.gone:
        found[key] = new.value
    else:
        old = without(found[key], new.gone)
        found[key] = merge_values(("services", name, key), old, new.value)


def _inherited(model: Model, name: str) -> dict[str, Value]:
    base = model.base(name)
    if base is None:
        return {}
    other, service = base
    here, there = model.project.folder or Path(), other.project.folder or Path()
    found = expanded(other, service)
    if other is model or os.path.realpath(here) == os.path.realpath(there):
        return found
    prefix = Path(os.path.relpath(os.path.realpath(there), os.path.realpath(here))).as_posix()
    return {key: moved_value(key, value, prefix) for key, value in found.items()}
