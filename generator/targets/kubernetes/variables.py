"""The environment of a container; no value that looks like a secret is written unasked.

What `environment` says is in the pod, what `env_file` names in a ConfigMap; the first wins in both
worlds. Sources: Compose Specification, "environment" and "env_file"; Kubernetes, "Define Dependent
Environment Variables" (`$(NAME)` is expanded, `$$` is `$`).
"""

import base64
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from composefile import env_file
from composefile.places import place_below
from composefile.values import Value, assignments
from faults import Check, UserError
from generator.editing.emit import Emitted
from generator.result import Notice
from generator.targets.kubernetes.attributes import CARRIED
from generator.targets.kubernetes.command import escaped
from generator.targets.kubernetes.objects import Given
from generator.targets.kubernetes.settings import KEY
from generator.targets.kubernetes.source import Source, key_of
from generator.targets.secrecy import PLAIN, is_secret, is_secret_variable, taken_secrets

_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
# Not written, or looked at by those who write them.
_ELSEWHERE = {"build", "configs", "env_file", "environment", "profiles", "secrets"}
_FILLED = {*CARRIED, KEY} - _ELSEWHERE - PLAIN
_OTHER = "\0"  # no variable has this value: a text that changes with it takes that variable


@dataclass(frozen=True, slots=True)
class _Variables:
    """The variables of a service: those *here*, those of a *file*, and those that are *secret*."""

    here: dict[str, str]
    file: dict[str, str]
    secret: dict[str, str]


def environment(source: Source, name: str) -> Given:
    """Return the variables of service *name*, and what has to be made for them.

    Raises:
        UserError: A file of variables cannot be read, a name is none in a cluster, or a secret
            stands elsewhere.
    """
    for error in taken_secrets(source.written, name, _FILLED, "manifest"):
        raise error
    found = _variables(source, name)
    variables: list[Emitted] = [
        {"name": variable, "value": escaped(text)} for variable, text in found.here.items()
    ]
    objects = []
    called, notices = f"{name}-env", []
    if found.secret and source.choices.secrets == "generate":
        data = {key: base64.b64encode(text.encode()).decode() for key, text in found.secret.items()}
        made = source.named_by_content(name, "Secret", called, {"data": data})
        objects.append(made)
        called = made.name
    elif found.secret:
        notices.append(_made_by_you(source, name, found))
    for variable in found.secret:
        key = key_of(source, name, "environment", variable)
        reference: Emitted = {"name": called, "key": key}
        variables.append({"name": variable, "valueFrom": {"secretKeyRef": reference}})
    listed: list[Emitted] = []
    if found.file:
        entries = {key_of(source, name, "env_file", key): text for key, text in found.file.items()}
        made = source.named_by_content(name, "ConfigMap", f"{name}-env", {"data": entries})
        objects.append(made)
        listed.append({"configMapRef": {"name": made.name}})
    return Given(
        variables=tuple(variables),
        variables_from=tuple(listed),
        objects=tuple(objects),
        notices=tuple(notices),
    )


def variable_checks(source: Source, name: str) -> Iterator[Check]:
    """Yield a check of each variable of service *name*, and of each attribute that takes a secret.

    One that is refused hides no other, as it does in `environment`.
    """
    yield from taken_secrets(source.written, name, _FILLED, "manifest")
    for variable in assignments(source.model.get(name, "environment")):
        yield partial(_require_name, source, name, variable)


def _made_by_you(source: Source, name: str, found: _Variables) -> Notice:
    shown = ", ".join(found.secret)
    what = f"values of {shown} of {name} are not written: they look like secrets"
    make = f"{source.kubectl} create secret generic {name}-env --from-env-file=FILE"
    fix = f"write them into FILE, then: {make}; or have them written: `--secrets generate`"
    key = "environment" if source.model.get(name, "environment") is not None else "env_file"
    return Notice(what, source.model.where(name, key), fix=fix)


def _variables(source: Source, name: str) -> _Variables:
    written = assignments(source.written.get(name, "environment"))
    found = _Variables({}, {}, {})
    for variable, value in assignments(source.model.get(name, "environment")).items():
        text = os.environ.get(variable) if value is None else value
        if text is None:
            continue
        _require_name(source, name, variable)
        is_hidden = is_secret(variable, text, written.get(variable) or "")
        (found.secret if is_hidden else found.here)[variable] = text
    files, hidden = _of_files(source, name)
    for variable, text in files.items():
        if variable not in found.here and variable not in found.secret:
            is_hidden = variable in hidden or is_secret(variable, text)
            (found.secret if is_hidden else found.file)[variable] = text
    return found


def _require_name(source: Source, name: str, variable: str) -> None:
    if not _NAME.fullmatch(variable):
        raise UserError(
            f"{variable!r} of service {name!r} cannot be the name of a variable in Kubernetes",
            fix="rename it: letters, digits, `-`, `_` and `.`, and no digit first",
            where=place_below(source.model, name, "environment", [variable]),
        )


def _of_files(source: Source, name: str) -> tuple[dict[str, str], set[str]]:
    # Returns the variables of the files, and those whose text takes a secret from another one.
    value = source.model.get(name, "env_file")
    found: dict[str, str] = {}
    hidden: set[str] = set()
    for index, entry in enumerate(value if isinstance(value, list) else [value]):
        settings: dict[str, Value] = entry if isinstance(entry, dict) else {"path": entry}
        file = settings.get("path")
        if not isinstance(file, str):
            continue
        path = (source.model.project.folder or Path()) / file
        if path.is_file():
            known = source.model.project.environment | found
            read = _read(path, settings, known)
            hidden = hidden - {*read} | _hidden(path, settings, known, read)
            found |= read
        elif settings.get("required") != "false":
            raise UserError(
                f"the file of variables {file!r} of service {name!r} does not exist",
                fix="put it there, or say `required: false`",
                where=source.model.where(name, "env_file", index),
            )
    return found, hidden


def _hidden(
    path: Path, settings: dict[str, Value], known: dict[str, str], read: dict[str, str]
) -> set[str]:
    """Return the variables of the file at *path*, *read* with those *known*, that take a secret."""
    secrets = {each: _OTHER for each in {**known, **read} if is_secret_variable(each)}
    other = _read(path, settings, known | secrets) if secrets else read
    return {each for each in read if read[each] != other[each]}


def _read(path: Path, settings: dict[str, Value], known: dict[str, str]) -> dict[str, str]:
    if settings.get("format") != "raw":
        return env_file.read(path, known)
    lines = path.read_text(errors="replace").splitlines()
    named = (line.partition("=") for line in lines if line.strip() and line[0] != "#")
    return {name: text for name, equals, text in named if equals}
