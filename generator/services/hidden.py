"""What tells another proxy where to lead, but stands in a file that a service names.

Sources: Compose Specification, "env_file" (a later file wins, `environment` wins over all) and
"label_file".
"""

import re
from collections.abc import Iterator

from composefile import env_file, interpolation
from composefile.labels import is_routing_label, is_routing_setting, is_routing_variable
from composefile.model import Model
from composefile.values import Value, pairs
from faults import UserError

_LEADING = r"VIRTUAL_HOST|LETSENCRYPT_HOST|ACME_"
_WITHHELD = r"EAB|KEY$|SECRET|PASSWORD|TOKEN$"


def hidden_variables(model: Model, name: str) -> dict[str, str]:
    """Return the variables of the files in `env_file` of service *name* that lead another proxy.

    Those that `environment` has, too, are left out. Values are as a Compose file writes them.

    Raises:
        UserError: A file has a line that is no variable, or one of them is a secret, which no file
            that dcgen writes may hold.
    """
    own = pairs(model.get(name, "environment"))
    found = dict(_variables(model, name, "env_file"))
    around = {**found, **own}
    leading = {
        variable: interpolation.escape(value)
        for variable, value in found.items()
        if variable not in own
        and (is_routing_variable(variable) or is_routing_setting(variable, around))
    }
    secret = next((one for one in leading if re.search(_WITHHELD, one)), "")
    if secret:
        raise UserError(
            f"{secret} of {name!r} is for another proxy, and its value may be a secret",
            fix=f"write `{secret}:` without a value under `environment`, and its value into the"
            " environment",
            where=model.where(name, "env_file"),
        )
    return leading


def refuse_hidden(model: Model, name: str) -> None:
    """Refuse if a file of service *name* would lead another proxy to each of its replicas.

    Raises:
        UserError: One names a host, or has labels of another proxy.
    """
    own = pairs(model.get(name, "environment"))
    found = [
        ("env_file", variable)
        for variable, value in _variables(model, name, "env_file")
        if value and variable not in own and re.match(_LEADING, variable)
    ]
    found += [
        ("label_file", label)
        for label, _ in _variables(model, name, "label_file")
        if is_routing_label(label)
    ]
    for key, one in found:
        instead = "environment" if key == "env_file" else "labels"
        raise UserError(
            f"`{one}` in `{key}` of {name!r} would lead another proxy to each replica,"
            " past the balancer",
            fix=f"move it to `{instead}`, or give `--no-balancer`: that proxy then balances",
            where=model.where(name, key),
        )


def _variables(model: Model, name: str, key: str) -> Iterator[tuple[str, str]]:
    for path in map(model.known, _paths(model.get(name, key))):
        text = model.project.read(path)
        if text is not None:
            yield from env_file.parse(text, path, model.project.variables).items()


def _paths(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value if isinstance(value, list) else []:
        path = item.get("path") if isinstance(item, dict) else item
        if isinstance(path, str):
            yield path
