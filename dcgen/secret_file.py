"""The file with the secrets of a variant, for its owner alone: lines ``NAME='value'``.

Compose reads it with ``--env-file``. What stands in it is kept: it is what a volume or a client
knows already.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from composefile import env_file
from engine import whole_file
from faults import HostError, Place, UserError

_BYTES = 32
_VALUE = re.compile(r"[A-Za-z0-9._~+/=@%^:,-]+")


def password() -> str:
    """Return a new password: letters, digits, ``-`` and ``_``, 256 bits of chance."""
    return secrets.token_urlsafe(_BYTES)


def read(path: Path) -> dict[str, str]:
    """Return what stands in the file at *path*; nothing if there is none.

    Raises:
        UserError: Others may read it, it is larger than 1 MiB, or a line of it is none.
        HostError: It cannot be read.
    """
    if not path.exists():
        return {}
    require_owner_only(path)
    return env_file.read(path, {})


def require_owner_only(path: Path) -> None:
    """Return if nobody but its owner may read the file at *path*.

    Raises:
        UserError: Others may.
    """
    if path.stat().st_mode & 0o077:
        raise UserError(
            "others may read this file, which holds secrets",
            fix=f"chmod 600 {path}",
            where=Place(str(path)),
        )


def require_passwords(found: Mapping[str, str], path: Path, names: Iterable[str]) -> None:
    """Return if each of *names* that is *found* in the file at *path* may be a password.

    Raises:
        UserError: One is empty, or has a character that would have to be escaped somewhere.
    """
    for name in names:
        if name in found and not _VALUE.fullmatch(found[name]):
            raise UserError(
                f"{name} is empty, or has a space, a quote or a backslash in it",
                fix="write letters, digits and `-._~+/=@%^:,`, or delete the line for a new one",
                where=Place(str(path)),
            )


def write(path: Path, values: Mapping[str, str]) -> None:
    """Write *values* to the file at *path*, whole or not at all, for its owner alone.

    Raises:
        HostError: It cannot be written.
    """
    write_text(path, "".join(f"{name}='{value}'\n" for name, value in values.items()))


def write_text(path: Path, text: str) -> None:
    """Write *text* to the file at *path* as `write` does.

    Raises:
        HostError: It cannot be written.
    """
    try:
        with whole_file.replacing(path, whole_file.ONLY_OWNER, exactly=True) as file:
            file.write(text.encode())
    except OSError as error:
        raise HostError(
            f"cannot write the file of secrets: {error.strerror}",
            fix="choose another folder with `-o`",
            where=Place(str(path)),
        ) from error
