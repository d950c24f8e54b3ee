"""The certificates of an ambassador: files that are mounted, or Compose secrets."""

from collections.abc import Mapping
from typing import Any

from ambassador.access import CA_PATH, CERT_PATH, SECRETS
from faults import UsageError

# What is about TLS alone, beside `--tls` itself.
ABOUT_TLS = ("ca_file", "cert", "ca_secret", "cert_secret", "tls_name")
_SECRETS = {"ca_file": "ca_secret", "cert": "cert_secret"}
# Each of them and the other one that says the same thing.
_TWICE = {**_SECRETS, "auth_env": "auth_secret"}
INSTEAD = {**_TWICE, **{option: name for name, option in _TWICE.items()}}


def require_tls(given: Mapping[str, Any]) -> None:
    """See that TLS is not refused by the options *given*, if others of them are about it.

    Raises:
        UsageError: It is.
    """
    named = next((name for name in ABOUT_TLS if given[name]), "")
    if named and given["tls"] is False:
        word = f"`--{named.replace('_', '-')}`"
        raise UsageError(
            f"{word} is about TLS, and contradicts `--no-tls`",
            fix=f"leave out {word} or `--no-tls`",
        )


def mounted_files(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the options *given* that name files, each with its path in the container."""
    files = {"ca_file": CA_PATH, "cert": CERT_PATH}
    return {name: target for name, target in files.items() if given[name]}


def of_secrets(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the paths at which HAProxy finds the files that are secrets.

    Raises:
        UsageError: One is a file, too.
    """
    found = {}
    for name, option in _SECRETS.items():
        if given[name] and given[option]:
            words = f"--{option.replace('_', '-')}"
            raise UsageError(
                f"--{name.replace('_', '-')} and {words} are the same thing",
                fix=f"leave out {words}",
            )
        if given[option]:
            found[name] = SECRETS + given[option]
    return found
