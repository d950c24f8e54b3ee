"""``--publish``: where the first port of a detached service is published."""

import contextlib
from ipaddress import ip_address

from faults import UsageError, UserError
from generator.services.published import AtAddress, Publish
from lb.address import LAST_PORT, Address


def publication(value: str | None) -> Publish:
    """Return what *value*, ``ADDRESS``, ``[ADDRESS:]PORT``, ``random`` or ``host``, means.

    Raises:
        UsageError: It is none of them.
    """
    if value is None:
        return None
    if value == "random":
        return "random"
    if value == "host":
        return "host"
    if value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= LAST_PORT:
        return int(value)
    with contextlib.suppress(ValueError):
        return AtAddress(str(ip_address(value)))
    with contextlib.suppress(UserError):
        address = Address.parse(value)
        if not address.is_name:
            return address
    fix = f"give 1 to {LAST_PORT}, ADDRESS, ADDRESS:PORT, `random` or `host`"
    raise UsageError(f"{value!r} is not a host port", fix=fix)
