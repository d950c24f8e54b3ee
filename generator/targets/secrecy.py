"""What looks like a secret, by its name, by the variable that holds it, or by its form."""

import re
from collections.abc import Collection, Iterator

from composefile.document import own
from composefile.interpolation import Reference, parts
from composefile.model import Model
from composefile.values import texts
from faults import UserError

_NAME = re.compile(r"PASSW|SECRET|TOKEN|CREDENTIAL|KEY$", re.IGNORECASE)
_VARIABLE = re.compile(r"PASSW|SECRET|TOKENS?(?![A-Z0-9])|CREDENTIAL|_KEY$", re.IGNORECASE)
# Where a secret is, and what belongs to who hands them out: SECRET_DIR, TOKEN_SERVICE_PORT.
_AROUND = re.compile(r"_(FILE|PATH|DIR|PORT|HOST|TAG|IMAGE|NAME)$", re.IGNORECASE)
# What is a number, a name, an address or a place, and no text that a program reads.
PLAIN = frozenset(
    {
        *("cap_add", "cap_drop", "container_name", "cpus", "dns", "dns_search", "hostname"),
        *("image", "init", "isolation", "mem_limit", "mem_reservation", "networks", "pids_limit"),
        *("ports", "read_only", "restart", "scale", "shm_size", "stdin_open"),
        *("stop_grace_period", "stop_signal", "tty", "ulimits", "user", "working_dir"),
    }
)
_URL = re.compile(r"://[^\s:/@]*:[^\s/@]+@")
# What something is called, or where it is: `${SECRET_NAME}` there holds no secret.
_NAMES = ("name", "file", "external", "environment")


def is_secret(variable: str, value: str, written: str = "") -> bool:
    """Tell whether *value* of *variable*, which stands in the file as *written*, looks like one."""
    if variable.endswith("_FILE") and value.startswith("/"):
        return False  # where one is, such as POSTGRES_PASSWORD_FILE
    is_named = _NAME.search(variable) or takes_a_secret(written)
    return bool(is_named or _URL.search(value))


def is_secret_variable(name: str) -> bool:
    """Tell whether a variable is called like a secret, so that its value is written nowhere."""
    return bool(_VARIABLE.search(name)) and not _AROUND.search(name)


def takes_a_secret(written: str) -> bool:
    """Tell whether *written* has a value of a variable in it that is called like a secret.

    ``$$PASSWORD`` is no variable of Compose's, and of ``${PASSWORD:+word}`` the word alone is used.
    """
    try:
        found = [part for part in parts(written, None) if isinstance(part, Reference)]
    except UserError:
        return False  # who fills it in refuses it
    return any(
        (part.sign != "+" and is_secret_variable(part.name)) or takes_a_secret(part.word)
        for part in found
    )


def entry_takes_a_secret(written: Model, section: str, key: str) -> bool:
    """Tell whether entry *key* of *section* in the file as it is *written* takes a secret."""
    value = written.value(own(written.document.section(section), key))
    settings = value if isinstance(value, dict) else {}
    given = (item for each, item in settings.items() if each not in _NAMES)
    return any(takes_a_secret(text) for item in given for text in texts(item))


def require_no_secret_in_entry(written: Model, section: str, key: str, fix: str) -> None:
    """Refuse a variable with a secret's name in entry *key* of *section*; *fix* says what to do.

    Raises:
        UserError: One is there.
    """
    if entry_takes_a_secret(written, section, key):
        document = written.document
        raise UserError(
            f"the {section.removesuffix('s')} {key!r} takes a secret from a variable",
            fix=fix,
            where=document.where(own(document.section(section), key) or document.root),
        )


def taken_secrets(
    written: Model, name: str, keys: Collection[str], holder: str
) -> Iterator[UserError]:
    """Yield an error for each attribute of service *name* that takes a secret from a variable.

    Args:
        written: The services, values as they are written.
        name: One of them.
        keys: The attributes whose values are filled in and written.
        holder: What would hold it: ``manifest``.
    """
    for key in written.keys(name):
        if key not in keys:
            continue
        if any(takes_a_secret(text) for text in texts(written.get(name, key))):
            yield UserError(
                f"`{key}:` of service {name!r} takes a secret from a variable",
                fix=f"let the program read it from its environment: a {holder} would hold it",
                where=written.where(name, key),
            )
