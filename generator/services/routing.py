"""What tells another proxy where to lead: labels and variables that go with a service's name."""

from collections.abc import Callable

from composefile import labels
from composefile.labels import is_routing_label, is_routing_setting, is_routing_variable
from composefile.model import Model
from composefile.values import Value, assignments, pairs
from generator.editing.emit import Emitted, Quoted
from generator.editing.rewrite import quoted, written
from generator.services.hidden import hidden_variables
from generator.services.remarks import remarked


def is_led(model: Model, name: str) -> bool:
    """Tell whether something tells another proxy to lead to service *name*."""
    ways = (routing_labels, routing_variables, routing_deploy_labels)
    return any(found(model, name) for found in ways)


def routing_labels(model: Model, name: str, *, remarks: bool = False) -> dict[str, Emitted]:
    """Return the labels of service *name* that tell another proxy where to lead.

    With *remarks*, they have the comments at them, and can only be written as a block.
    """
    found = _chosen(model, name, "labels", is_routing_label)
    return remarked(model, name, "labels", found) if remarks else found


def routing_variables(model: Model, name: str, *, remarks: bool = False) -> dict[str, Emitted]:
    """Return the variables of service *name* that do so; *remarks* as for labels.

    What says how that proxy serves the host is among them, and what stands in an `env_file`.
    """
    moved = _chosen(model, name, "environment", is_routing_variable)
    if remarks:
        moved = remarked(model, name, "environment", moved)
    hidden = hidden_variables(model, name)
    around = {*pairs(model.get(name, "environment")), *hidden}
    # Replicas keep these: an application may have one of the same name.
    copied = _chosen(model, name, "environment", lambda one: is_routing_setting(one, around))
    return {**{one: Quoted(value) for one, value in hidden.items()}, **moved, **copied}


def routing_deploy_labels(model: Model, name: str, *, remarks: bool = False) -> dict[str, Emitted]:
    """Return the labels in `deploy` of service *name* that do so; *remarks* as for labels."""
    deploy = model.get(name, "deploy")
    present = deploy.get("labels") if isinstance(deploy, dict) else None
    found: dict[str, Emitted] = {
        label: Quoted(part) for label, part in pairs(present).items() if is_routing_label(label)
    }
    return remarked(model, name, "deploy.labels", found) if remarks else found


def kept_labels(model: Model, name: str) -> dict[str, Emitted]:
    """Return the labels of a generated service *name* that are not dcgen's, with comments."""
    found = _chosen(model, name, "labels", lambda label: not label.startswith(labels.PREFIX))
    return remarked(model, name, "labels", found)


def _chosen(model: Model, name: str, key: str, wanted: Callable[[str], bool]) -> dict[str, Emitted]:
    value: Value = model.get(name, key)
    field = model.fields(name).get(key)
    emitted = written(field.node) if field and not model.inherits(name, key) else quoted(value)
    if isinstance(emitted, dict):
        return {label: part for label, part in emitted.items() if wanted(label)}
    # A variable without a value has that of where Compose runs, and not an empty one.
    return {
        label: None if part is None and key == "environment" else Quoted(part or "")
        for label, part in assignments(value).items()
        if wanted(label)
    }
