"""Files that a service is given by `configs` and `secrets`, as ConfigMaps and Secrets.

What is in one is part of its name: a change is a new object, and rolls the pods that use it.
Sources: Compose Specification, "configs" and "secrets"; Kubernetes, "Immutable ConfigMaps".
"""

import base64
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from composefile.document import own
from composefile.outside import outside_name
from composefile.values import Value, words
from faults import Place, UserError
from generator.editing.emit import Emitted, Literal
from generator.targets.kubernetes.in_cluster import in_cluster
from generator.targets.kubernetes.in_pod import in_pod
from generator.targets.kubernetes.objects import Given, Object, together
from generator.targets.kubernetes.source import Source, key_of, label_of
from generator.targets.secrecy import entry_takes_a_secret, is_secret

MOST_BYTES = 1024 * 1024
READABLE = 0o444  # as Compose has it if nothing is said
SECRETS = "/run/secrets"
_MOST_MODE = 0o777  # that a volume of Kubernetes takes


@dataclass(frozen=True, slots=True)
class Use:
    """A file in a container: entry *name* of *section*, as *key* of an object, at *target*."""

    section: str
    name: str
    target: str
    mode: int
    volume: str

    @property
    def key(self) -> str:
        """The entry of the object that holds it."""
        return posixpath.basename(self.target)


def files(source: Source, name: str) -> Given:
    """Return the files that service *name* is given by `configs` and `secrets`.

    Raises:
        UserError: One cannot be read, is too large for an object, or is not declared.
    """
    return together([config_files(source, name), secret_files(source, name)])


def config_files(source: Source, name: str) -> Given:
    """Return the files that service *name* is given by `configs`; see `files`."""
    return together(_config(source, name, use) for use in uses(source, name, "configs"))


def secret_files(source: Source, name: str) -> Given:
    """Return the files that service *name* is given by `secrets`; see `files`."""
    secrets = [(use, *_secret(source, name, use)) for use in uses(source, name, "secrets")]
    inside: list[Emitted] = []
    found = []
    for use, called, given in secrets:
        item: Emitted = {"key": use.key, "path": use.key, "mode": use.mode}
        part: Emitted = {"name": called, "items": [item]}
        found.append(given)
        if posixpath.dirname(use.target) == SECRETS:
            inside.append({"secret": part})
        else:
            volume: dict[str, Emitted] = {"secret": {"secretName": called, "items": [item]}}
            found.append(_mounted(volume, use))
    if inside:
        mount: Emitted = {"name": "secrets", "mountPath": SECRETS, "readOnly": True}
        projected: Emitted = {"name": "secrets", "projected": {"sources": inside}}
        found.append(Given((projected,), (mount,)))
    return together(found)


def uses(source: Source, name: str, section: str) -> list[Use]:
    """Return the files that service *name* is given by *section*, `configs` or `secrets`.

    Raises:
        UserError: What a file is called cannot be a key of an object, or its mode is none.
    """
    value, written = source.model.get(name, section), source.written.get(name, section)
    found: list[Use] = []
    entries = value if isinstance(value, list) else []
    as_written = written if isinstance(written, list) else []
    for index, entry in enumerate(entries):
        settings = entry if isinstance(entry, dict) else {"source": entry}
        called = settings.get("source")
        if not isinstance(called, str):
            continue
        target = settings.get("target")
        start = SECRETS if section == "secrets" else "/"
        place = posixpath.join(start, target if isinstance(target, str) and target else called)
        volume = label_of(f"{section.removesuffix('s')}-{called}")
        if any(use.volume == volume for use in found):
            volume = f"{section}-{index}"
        both = (as_written[index] if index < len(as_written) else None, entry)
        mode = _mode(source, name, section, index, both)
        key_of(source, name, section, posixpath.basename(place))
        found.append(Use(section, called, place, mode, volume))
    return found


def declared(source: Source, name: str, use: Use) -> dict[str, Value]:
    """Return what the file says of the config or secret that service *name* uses.

    Raises:
        UserError: It says nothing.
    """
    section = source.model.document.section(use.section)
    node = own(section, use.name)
    value = source.model.value(node)
    if node is None or not isinstance(value, dict):
        raise UserError(
            f"service {name!r} uses {use.name!r}, which is not among `{use.section}:`",
            fix=f"declare it at the end of the file, below `{use.section}:`",
            where=source.model.where(name, use.section),
        )
    return value


def outside(source: Source, name: str, use: Use) -> str:
    """Return what the object is called that a person makes for *use* by *name*; empty if none does.

    Raises:
        UserError: It is not declared.
    """
    called = outside_name(declared(source, name, use), use.name)
    is_kept_back = use.section == "secrets" and source.choices.secrets != "generate"
    return label_of(called or use.name) if called or is_kept_back else ""


def _mode(source: Source, name: str, section: str, index: int, both: tuple[Value, Value]) -> int:
    # As it is written, 0440 is still of base 8; of a variable the value counts.
    written, filled = (one.get("mode") if isinstance(one, dict) else None for one in both)
    text = filled if isinstance(written, str) and "$" in written else written
    if text is None:
        return READABLE
    try:
        digits = "".join(words(text)).removeprefix("0o")
        mode = int(digits, 8 if str(text).startswith("0") else 10)
    except ValueError:
        mode = -1
    if 0 <= mode <= _MOST_MODE:
        return mode
    raise UserError(
        f"`{section}.mode: {text}` of service {name!r} is not a file mode up to 0777",
        fix="write it as 0440",
        where=source.model.where(name, section, index),
    )


def _config(source: Source, name: str, use: Use) -> Given:
    objects: tuple[Object, ...] = ()
    called = outside(source, name, use)
    if not called:
        objects = (_config_map(source, name, use, _content(source, name, use)),)
        called = objects[0].name
    item: Emitted = {"key": use.key, "path": use.key, "mode": use.mode}
    volume: dict[str, Emitted] = {"configMap": {"name": called, "items": [item]}}
    return together([Given(objects=objects), _mounted(volume, use)])


def _mounted(volume: Mapping[str, Emitted], use: Use) -> Given:
    # One file, and not the folder around it: what the image has there stays.
    mount: Emitted = {
        "name": use.volume,
        "mountPath": use.target,
        "subPath": use.key,
        "readOnly": True,
    }
    return Given(({"name": use.volume, **volume},), (mount,))


def _config_map(source: Source, name: str, use: Use, content: bytes) -> Object:
    try:
        text = content.decode()
        data: dict[str, Emitted] = {"data": {use.key: readable(text)}}
    except UnicodeDecodeError:
        data = {"binaryData": {use.key: base64.b64encode(content).decode()}}
    return source.named_by_content(name, "ConfigMap", use.name, data)


def readable(text: str) -> str:
    """Return *text* so that it is written in lines of its own, where that loses nothing."""
    lines = text.split("\n")
    is_plain = len(lines) > 1 and all(
        line.replace("\t", " ").isprintable() and line == line.rstrip() for line in lines
    )
    ends_once = text.endswith("\n") and not text.endswith("\n\n")
    return Literal(text) if is_plain and ends_once and not lines[0].startswith(" ") else text


def _secret(source: Source, name: str, use: Use) -> tuple[str, Given]:
    called = outside(source, name, use)
    if called:
        return called, Given()
    content = base64.b64encode(_content(source, name, use)).decode()
    made = source.named_by_content(name, "Secret", use.name, {"data": {use.key: content}})
    return made.name, Given(objects=(made,))


def _content(source: Source, name: str, use: Use) -> bytes:
    where = source.model.where(name, use.section)
    if use.section == "configs" and _holds_a_secret(source, use):
        raise UserError(
            f"the config {use.name!r} takes a secret from a variable",
            fix="make it one of `secrets:`, where a cluster keeps it apart",
            where=where,
        )
    settings = declared(source, name, use)
    text, variable, file = (settings.get(key) for key in ("content", "environment", "file"))
    if isinstance(text, str):
        content = text.encode()
    elif isinstance(variable, str):
        value = source.model.project.environment.get(variable)
        if value is None:
            what = f"{use.name!r} is the variable {variable}, which is not set"
            raise UserError(what, fix=f"set {variable}", where=where)
        content = value.encode()
    else:
        content = _read(source, use, "".join(words(file)), where)
    if len(content) > MOST_BYTES:
        raise UserError(
            f"{use.name!r} is larger than 1 MiB, the most that a cluster keeps in an object",
            fix="copy it into the image",
            where=where,
        )
    if use.section == "configs" and source.model.identity(name).is_proxy:
        domain = source.choices.cluster_domain
        text = in_cluster(content.decode(errors="replace"), source.names, domain)
        beside = source.sidecars
        return (in_pod(text, beside.index(name)) if name in beside else text).encode()
    return content


def _holds_a_secret(source: Source, use: Use) -> bool:
    section = source.written.document.section(use.section)
    written = source.written.value(own(section, use.name))
    variable = written.get("environment") if isinstance(written, dict) else None
    named = isinstance(variable, str) and is_secret(variable, "")
    return named or entry_takes_a_secret(source.written, use.section, use.name)


def _read(source: Source, use: Use, file: str, where: Place) -> bytes:
    path = (source.model.project.folder or Path()) / file
    if not path.is_file():
        what = f"{use.name!r} is the file {file!r}, which does not exist"
        raise UserError(what, fix="put it there, or name another one", where=where)
    try:
        with path.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        what = f"{use.name!r} cannot be read: {error.strerror}"
        raise UserError(what, fix=f"make {file!r} readable", where=where) from error
