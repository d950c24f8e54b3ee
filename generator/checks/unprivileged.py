"""What HAProxy, an ordinary user in its container, could not read there: said before it runs.

A bind mount, and a secret of Compose that is a file, keep owner and mode of this machine.
Sources: docker-library/haproxy, Dockerfile (``USER haproxy``: 99); Compose Specification,
"secrets".
"""

import shlex
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from composefile.document import deref, own
from composefile.model import Model
from composefile.syntax.parser import Mapping, Scalar
from generator.result import Notice

USER = 99
SELINUX = Path("/sys/fs/selinux/enforce")


def unreadable_notices(
    model: Model, name: str, files: Iterable[str], secrets: Iterable[str]
) -> Iterator[Notice]:
    """Yield what HAProxy in the place of service *name* cannot read.

    Args:
        model: The services of the file.
        name: The service.
        files: The paths of files that are bound into its container.
        secrets: The names of its secrets.
    """
    kept = [path for secret in secrets if (path := _file_of(model, secret))]
    for path in (*files, *kept):
        try:
            status = ((model.project.folder or Path()) / path).stat()
        except (OSError, ValueError):
            continue  # Docker says that it is not there
        quoted, where = shlex.quote(path), model.where(name)
        if not _is_readable(status.st_mode, status.st_uid == USER, status.st_gid == USER):
            yield Notice(
                f"HAProxy is user {USER} in its container, and cannot read {path!r}, whose mode is"
                f" {stat.S_IMODE(status.st_mode):04o}",
                where,
                fix=f"give it to that user, whose alone it may stay: chown {USER} {quoted}",
            )
        if path not in kept and _enforces():
            yield Notice(
                f"SELinux lets no container read {path!r} unless its label says so",
                where,
                fix=f"label it: chcon -t container_file_t {quoted}",
            )


def _is_readable(mode: int, owner: bool, group: bool) -> bool:  # noqa: FBT001 - two facts of a file
    return bool(mode & (stat.S_IRUSR if owner else stat.S_IRGRP if group else stat.S_IROTH))


def _file_of(model: Model, secret: str) -> str:
    section = model.document.section("secrets")
    body = deref(own(section, secret)) if section else None
    file = deref(own(body, "file")) if isinstance(body, Mapping) else None
    return file.value if isinstance(file, Scalar) else ""


def _enforces() -> bool:
    try:
        return SELINUX.read_text(encoding="ascii").strip() == "1"
    except (OSError, ValueError):
        return False
