"""The environment and the command of a container; no value that looks like a secret is written.

Source: Kubernetes, "Define Dependent Environment Variables" (`$(NAME)` is expanded, `$$` is `$`).
"""

import os
import re
import shlex

from composefile.model import Model
from composefile.values import assignments, texts, words
from faults import UserError
from generator.editing.emit import Emitted
from generator.result import Notice

_SECRET_NAME = re.compile(r"PASSW|SECRET|TOKEN|CREDENTIAL|KEY$", re.IGNORECASE)
_SECRET_VARIABLE = re.compile(r"\$\{?\w*(?:PASSW|SECRET|TOKEN|CREDENTIAL|_KEY\b)", re.IGNORECASE)
_SECRET_URL = re.compile(r"://[^\s:/@]*:[^\s/@]+@")


def escaped(text: str) -> str:
    """Return *text* so that a kubelet makes it what it is: ``$(date)`` is ``$$(date)`` there."""
    return re.sub(r"\$(?=[$(])", "$$", text)


def command(model: Model, name: str, key: str) -> list[str]:
    """Return `command` or `entrypoint` of service *name* as words; empty if it has none.

    Raises:
        UserError: It is empty, which Kubernetes cannot say, or a quotation mark is not closed.
    """
    value = model.get(name, key)
    if value is None:
        return []
    try:
        found = shlex.split(value) if isinstance(value, str) else words(value)
    except ValueError as error:
        what, fix = f"`{key}:` of service {name!r}: {error}", "close the quotation mark"
        raise UserError(what, fix=fix, where=model.where(name, key)) from error
    if not found:
        raise UserError(
            f"`{key}:` of service {name!r} is empty, which Kubernetes cannot say",
            fix=f"give the words that are to run: `{key}: [PROGRAM, ARGUMENT]`",
            where=model.where(name, key),
        )
    return [escaped(word) for word in found]


def environment(model: Model, written: Model, name: str) -> tuple[list[Emitted], list[Notice]]:
    """Return the variables of service *name*, and what has to be made for them.

    Args:
        model: The values as Compose fills them in.
        written: The same file, its values as they are written.
        name: A service.
    """
    found: list[Emitted] = []
    secrets = []
    as_written = assignments(written.get(name, "environment"))
    for variable, value in assignments(model.get(name, "environment")).items():
        text = os.environ.get(variable) if value is None else value
        if text is None:
            continue
        if _is_secret(variable, text, as_written.get(variable) or ""):
            secrets.append(variable)
            reference: Emitted = {"name": f"{name}-env", "key": variable}
            found.append({"name": variable, "valueFrom": {"secretKeyRef": reference}})
        else:
            found.append({"name": variable, "value": escaped(text)})
    if not secrets:
        return found, []
    what = f"values of {', '.join(secrets)} of {name} are not written: they look like secrets"
    fix = (
        f"write them into FILE, then: kubectl create secret generic {name}-env --from-env-file=FILE"
    )
    return found, [Notice(what, model.where(name, "environment"), fix=fix)]


def require_no_secret(written: Model, name: str) -> None:
    """Refuse a variable with a secret's name in what is written out of service *name*.

    Raises:
        UserError: One stands in another attribute than `environment`.
    """
    for key in written.keys(name):
        if key == "environment":
            continue
        if any(_SECRET_VARIABLE.search(text) for text in texts(written.get(name, key))):
            raise UserError(
                f"`{key}:` of service {name!r} takes a secret from a variable",
                fix="let the program read it from its environment: a manifest would hold it",
                where=written.where(name, key),
            )


def _is_secret(variable: str, value: str, written: str) -> bool:
    return bool(
        _SECRET_NAME.search(variable)
        or _SECRET_VARIABLE.search(written)
        or _SECRET_URL.search(value)
    )
