"""Configs and secrets of a stack: the hash of its text is in the name, so a change replaces it.

    site: {file: ./site.conf}     →     site: {file: ./site.conf, name: web-site-3a27f29a}

Swarm changes no config that exists. A text that stands in the Compose file becomes a file beside
the stack. The hash of a secret is a slow one, so that it does not help to guess it.
Sources: Compose Specification, "configs" and "secrets"; Docker, "docker config create".
"""

import hashlib
import os
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path

from composefile.document import own
from composefile.interpolation import escape
from composefile.outside import outside_name
from composefile.syntax.parser import Node
from composefile.values import Value
from faults import Place, UserError
from generator.editing.emit import Emitted
from generator.targets.secrecy import require_no_secret_in_entry
from generator.targets.swarm.mounts import MOST_BYTES
from generator.targets.swarm.shapes import Shape, ShapeError, labels, octal, shaped, text
from generator.targets.swarm.told import Told, refused
from generator.targets.swarm.variables import Source

_LONGEST = 64  # of a name
_HASH = 8
_KEPT_APART = "make it one of `secrets:`, whose value a file or a variable has"
_REFERENCE: dict[str, Shape] = {
    "source": text,
    "target": text,
    "uid": text,
    "gid": text,
    "mode": octal,
}


@dataclass(slots=True)
class Beside:
    """What the configs and secrets of a stack need: *entries* by section, *files* beside it.

    *moved* is the way from the stack's folder to that of the Compose file; *stem* is what the names
    of files beside it begin with.
    """

    project: str
    moved: str = "."
    stem: str = "stack"
    entries: dict[str, dict[str, Emitted]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def path(self, path: str) -> str:
        """Return *path*, relative to the Compose file, as the stack finds it."""
        if posixpath.isabs(path):
            return path
        joined = posixpath.normpath(posixpath.join(self.moved, path))
        return joined if joined.startswith("../") else f"./{joined}"

    def name(self, key: str, digest: str) -> str:
        """Return what Swarm calls *key*, whose text has *digest*."""
        plain = re.sub(r"[^A-Za-z0-9._-]", "-", f"{self.project}-{key}")
        return f"{plain[: _LONGEST - _HASH - 1].strip('-')}-{digest[:_HASH]}"


def references(source: Source, name: str, section: str) -> list[dict[str, Emitted]]:
    """Return what service *name* takes of *section*, ``configs`` or ``secrets``, in long form.

    Raises:
        UserError: An entry has another shape.
    """
    value = source.filled.get(name, section)
    found: list[dict[str, Emitted]] = []
    for entry in value if isinstance(value, list) else ():
        try:
            shape = shaped(entry if isinstance(entry, dict) else {"source": entry}, _REFERENCE)
        except ShapeError as error:
            fix = "write it as NAME, or with source, target, uid, gid and mode"
            raise refused(
                source.filled, name, section, error.why, fix, f"{section}.{error.path}"
            ) from None
        if not isinstance(shape, dict) or "source" not in shape:
            fix = "name one in each entry"
            raise refused(source.filled, name, section, "an entry names none", fix)
        found.append(dict(shape))
    return found


def declare(source: Source, section: str, key: str, beside: Beside, told: Told) -> None:
    """Put the entry *key* of *section* into *beside*.

    Raises:
        UserError: It is not declared, its file cannot be read, or its text takes a secret.
    """
    entries = beside.entries.setdefault(section, {})
    if key in entries:
        return
    node = own(source.filled.document.section(section), key)
    value = source.filled.value(node)
    if node is None or not isinstance(value, dict):
        raise UserError(
            f"{section[:-1]} {key!r} is not declared",
            fix=f"add it under `{section}:`, with its `file:`",
            where=source.filled.document.where(node or source.filled.document.root),
        )
    called = str(value.get("name") or "")
    if outside := outside_name(value, key):
        entries[key] = {"external": True, "name": escape(outside)}
        return
    require_no_secret_in_entry(source.written, section, key, _KEPT_APART)
    more: dict[str, Emitted] = {"labels": labels(value["labels"])} if value.get("labels") else {}
    if isinstance(driver := value.get("template_driver"), str):
        more["template_driver"] = driver
    if value.get("driver"):
        kind = section[:-1]
        raise UserError(
            f"`driver:` of {kind} {key!r} cannot be in a stack of dcgen",
            fix=f"make it once: docker {kind} create --driver …, and write `external: true`",
            where=source.filled.document.where(node),
        )
    if isinstance(value.get("environment"), str):
        entries[key] = _from_environment(source, section, key, node, value, told)
        return
    file, data = _text(source, section, key, node, value, beside)
    digest = hashlib.sha256(data).hexdigest()
    if section == "secrets":
        digest = _slow(data, f"{beside.project}/{key}")
    name = beside.name(called or key, digest)
    entries[key] = {"file": escape(file), "name": name, **more}


def declare_file(source: Source, name: str, path: str, beside: Beside) -> str:
    """Put the file at *path*, which service *name* mounts, into *beside*; return its key."""
    data = _read(source, path, f", which {name} mounts", source.filled.where(name, "volumes"))
    key = re.sub(r"[^A-Za-z0-9._-]", "-", f"{name}-{posixpath.basename(path)}")
    written = beside.path(path)
    entry = {
        "file": escape(written),
        "name": beside.name(key, hashlib.sha256(data).hexdigest()),
    }
    beside.entries.setdefault("configs", {})[key] = entry
    return key


def _from_environment(
    source: Source, section: str, key: str, node: Node, value: dict[str, Value], told: Told
) -> dict[str, Emitted]:
    kind = section[:-1]
    told.say(
        f"{kind} {key!r} has its value from a variable, which a stack cannot say",
        source.filled.document.where(node),
        fix=f'make it once: printf %s "${value["environment"]}" | docker {kind} create {key} -',
    )
    return {"external": True, "name": key}


def _text(
    source: Source, section: str, key: str, node: Node, value: dict[str, Value], beside: Beside
) -> tuple[str, bytes]:
    where = source.filled.document.where(node)
    if section == "configs" and isinstance(content := value.get("content"), str):
        name = f"{beside.stem}-{key}.cfg"
        beside.files[name] = content
        return f"./{name}", content.encode()
    file = value.get("file")
    if not isinstance(file, str):
        fix = "give its `file:`"
        raise UserError(f"{section[:-1]} {key!r} has no text", fix=fix, where=where)
    data = _read(source, file, f" of {section[:-1]} {key!r}", where)
    if len(data) > MOST_BYTES:
        fix = "put it into the image, or into a volume with a name"
        raise UserError(f"{file!r} is larger than 500 kB", fix=fix, where=where)
    return beside.path(file), data


def _read(source: Source, file: str, of: str, where: Place) -> bytes:
    try:
        return ((source.filled.project.folder or Path()) / os.path.expanduser(file)).read_bytes()  # noqa: PTH111 - a text
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name cannot be one"
        fix = f"put {file!r} there, or take it out of the Compose file"
        raise UserError(f"cannot read {file!r}{of}: {reason}", fix=fix, where=where) from error


def _slow(data: bytes, salt: str) -> str:
    return hashlib.scrypt(data, salt=salt.encode(), n=2**14, r=8, p=1, dklen=_HASH).hex()
