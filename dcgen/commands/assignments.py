"""Arguments of the form ``SERVICE=VALUE``, ``--SERVICE VALUE`` or ``SERVICE N``."""

import re
from ipaddress import ip_address

from faults import UsageError, UserError
from lb.address import without_password
from lb.model import Address

MAX_REPLICAS = 1000


def assignments(words: tuple[str, ...], value_of: str) -> list[tuple[str, str]]:
    """Return the pairs that *words* assign, in their order; messages call a value *value_of*.

    Raises:
        UsageError: A word assigns nothing, or a service is named twice.
    """
    found: list[tuple[str, str]] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not equals and word.startswith("--") and rest and not rest[0].startswith("-"):
            value = rest.pop(0)
        elif not equals:
            raise UsageError(f"{word!r} needs {value_of}", fix=f"write it as {name}={value_of}")
        if not name or not value:
            raise UsageError(
                f"{word!r} has no service or no value", fix=f"write it as SERVICE={value_of}"
            )
        if any(name == other for other, _ in found):
            raise UsageError(f"{name!r} is named twice", fix="name each service once")
        found.append((name, value))
    return found


def counts(words: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return service and number of replicas, from ``rng 3`` or ``rng=3 hasher=2``.

    Raises:
        UsageError: A number is missing, or is not a whole number from 1 to 1000.
    """
    if len(words) == 2 and "=" not in words[0] and "=" not in words[1]:  # noqa: PLR2004 - a pair
        words = (f"{words[0]}={words[1]}",)
    if len(words) == 1 and "=" not in words[0]:
        raise UsageError(
            f"the number of replicas of {words[0]!r} is missing", fix=f"write {words[0]}=3"
        )
    return [(name, _count(name, value)) for name, value in assignments(words, "N")]


def _count(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= MAX_REPLICAS):
        raise UsageError(
            f"{value!r} is not a number of replicas for {name!r}",
            fix=f"give a whole number from 1 to {MAX_REPLICAS}",
        )
    return int(value)


def hosts(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return service and IP address, from ``redis=192.0.2.7``; the address in its shortest form.

    Raises:
        UsageError: A value is no IP address: `extra_hosts` takes no names and no ports.
    """
    import ipaddress  # noqa: PLC0415 - one command needs it, and it costs 1 ms

    found = []
    for name, value in assignments(words, "IP"):
        if value == "host-gateway":
            found.append((name, value))
            continue
        try:
            found.append((name, str(ipaddress.ip_address(value.strip("[]")))))
        except ValueError as error:
            fix = f"give the address alone, or use `dcgen ambassador {name}=HOST:PORT`"
            shown = without_password(value)
            raise UsageError(f"{shown!r} is not an IP address", fix=fix) from error
    return found


def upstreams(words: tuple[str, ...]) -> list[tuple[str, tuple[Address, ...]]]:
    """Return service and upstreams, from ``redis=192.0.2.7:32768`` or ``redis=a:6379,b:6379``.

    Raises:
        UsageError: A value is not HOST:PORT, or several with commas between.
    """
    from ambassador import upstreams as far  # noqa: PLC0415 - one command needs it

    try:
        return [(name, far.parse(value)) for name, value in assignments(words, "HOST:PORT")]
    except UsageError:
        raise
    except UserError as error:
        raise UsageError(error.what, fix=error.fix) from error


def addresses(words: tuple[str, ...]) -> list[tuple[str, Address]]:
    """Return service and one upstream, from ``redis=192.0.2.7:32768``.

    Raises:
        UsageError: A value is not one HOST:PORT.
    """
    found = upstreams(words)
    for name, several in found:
        if len(several) > 1:
            raise UsageError(f"{name!r} has several upstreams here", fix="give one HOST:PORT")
    return [(name, first) for name, (first, *_) in found]


def address(text: str) -> str:
    """Return *text*, an IP address of this host to listen on.

    Raises:
        UsageError: It is none: a name would have to be looked up, and could be several.
    """
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not an IP address",
            fix="write 127.0.0.1, 0.0.0.0, or another address of this host",
        ) from error


def expression(text: str) -> str:
    """Return *text*, a regular expression that Python reads.

    Raises:
        UsageError: It is none.
    """
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(
            f"--count {text!r} is not a regular expression: {error}",
            fix=r"write one such as '(\d+) units of work done'",
        ) from error
    return text
