"""The certificates of an ambassador: files that are mounted, or Compose secrets."""

from collections.abc import Mapping
from typing import Any

from ambassador.access import CA_PATH, CERT_PATH, SECRETS
from faults import UsageError


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
    for name, option in (("ca_file", "ca_secret"), ("cert", "cert_secret")):
        if given[name] and given[option]:
            words = f"--{option.replace('_', '-')}"
            raise UsageError(
                f"--{name.replace('_', '-')} and {words} are the same thing",
                fix=f"leave out {words}",
            )
        if given[option]:
            found[name] = SECRETS + given[option]
    return found
