"""One Docker host as a person names it: an address, or a Docker context."""

import re
from urllib.parse import SplitResult, urlsplit

from engine.hosts import Host
from faults import Place, UsageError, UserError, nearest

# docker context create: what it takes as a name.
CONTEXT = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]+")
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]*")
SCHEMES = ("ssh", "tcp", "unix")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.$@+-]*")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._%:-]*|::[A-Fa-f0-9:.%]*")
_FORMS = "ssh://USER@HOST, tcp://HOST:PORT, unix:///PATH, or a name of `docker context ls`"


def parse(text: str, where: Place | None = None) -> Host:
    """Return the host that *text* names; of a context, its address is not yet known.

    Args:
        text: An address of one of `SCHEMES`, or the name of a Docker context.
        where: Where it stands; None for the command line.

    Raises:
        UserError: It is neither; a `UsageError` if it stands on the command line.
    """
    if not text:
        raise wrong("the name of a Docker host is empty", f"give {_FORMS}", where)
    if "://" not in text:
        if not CONTEXT.fullmatch(text):
            raise wrong(f"{text!r} is not a Docker host", f"give {_FORMS}", where)
        return Host(context=text, name=text)
    if found := _reason(text):
        raise wrong(f"{text!r} is not a Docker host: {found[0]}", found[1], where)
    return Host(text)


def wrong(what: str, fix: str, where: Place | None) -> UserError:
    """Return the error *what* in a file, or on the command line if *where* is None."""
    return UserError(what, fix=fix, where=where) if where else UsageError(what, fix=fix)


def _reason(text: str) -> tuple[str, str] | None:
    # Why it is none, and what to do.
    if not text.isprintable() or " " in text:
        return "it has a space or a control character", "remove it"
    try:
        return _reason_of_url(urlsplit(text))
    except ValueError as error:  # a port that is no number, a bracket that is not closed
        return str(error).lower(), f"give {_FORMS}"


def _reason_of_url(url: SplitResult) -> tuple[str, str] | None:
    if url.scheme not in SCHEMES:
        return f"there is no '{url.scheme}://'", nearest(url.scheme, SCHEMES, f"give {_FORMS}")
    if url.query or url.fragment:
        return "it has a '?' or '#'", "remove what follows it"
    if url.scheme == "unix":
        return None if url.path and not url.netloc else ("a path is absolute", "give unix:///PATH")
    return _reason_of_machine(url)


def _reason_of_machine(url: SplitResult) -> tuple[str, str] | None:
    # What reaches ssh must not read as one of its options.
    if url.password is not None:
        return "it has a password", "leave it out, and use a key: ssh-add"
    if url.username is not None and not _USER.fullmatch(url.username):
        return "its user is not a name", "give ssh://USER@HOST"
    if not url.hostname or not _HOST.fullmatch(url.hostname):
        return "its host is neither a name nor an address", f"give {url.scheme}://HOST"
    if url.port is None and url.scheme == "tcp":
        return "its port is missing", f"give tcp://{url.hostname}:2376, or the port it listens on"
    return None
