"""What looks like a secret, by its name, by the variable that holds it, or by its form."""

import re

from composefile.model import Model
from composefile.values import texts
from faults import UserError

_NAME = re.compile(r"PASSW|SECRET|TOKEN|CREDENTIAL|KEY$", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{?\w*(?:PASSW|SECRET|TOKEN|CREDENTIAL|_KEY\b)", re.IGNORECASE)
_URL = re.compile(r"://[^\s:/@]*:[^\s/@]+@")
# What is looked at by those who write it.
_ELSEWHERE = ("environment", "configs", "secrets", "env_file")


def is_secret(variable: str, value: str, written: str = "") -> bool:
    """Tell whether *value* of *variable*, which stands in the file as *written*, looks like one."""
    if variable.endswith("_FILE") and value.startswith("/"):
        return False  # where one is, such as POSTGRES_PASSWORD_FILE
    return bool(_NAME.search(variable) or _VARIABLE.search(written) or _URL.search(value))


def takes_a_secret(written: str) -> bool:
    """Tell whether a variable in *written* is called like a secret."""
    return bool(_VARIABLE.search(written))


def require_no_secret(written: Model, name: str) -> None:
    """Refuse a variable with a secret's name in service *name* of the file as it is *written*.

    Raises:
        UserError: One stands in another attribute than `environment`.
    """
    for key in written.keys(name):
        if key in _ELSEWHERE:
            continue
        if any(takes_a_secret(text) for text in texts(written.get(name, key))):
            raise UserError(
                f"`{key}:` of service {name!r} takes a secret from a variable",
                fix="let the program read it from its environment: a manifest would hold it",
                where=written.where(name, key),
            )
