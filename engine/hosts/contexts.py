"""Docker contexts: the address that each has, asked of Docker once."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from composefile.text_file import UnreadableError
from composefile.text_file import read as read_text
from engine.hosts import DEFAULT_HOST, Host
from engine.hosts.names import CONTEXT, wrong
from faults import HostError, Place, nearest

_LIST = ("docker", "context", "ls", "--format", "{{.Name}}\t{{.DockerEndpoint}}")


def with_addresses(hosts: Mapping[Host, Place | None]) -> tuple[Host, ...]:
    """Return *hosts*, those of a Docker context with its address.

    Args:
        hosts: Each with the place where it is named; None for the command line.

    Raises:
        UserError: There is no such context; a `UsageError` if the command line names it.
        HostError: Docker cannot say which there are.
    """
    if not any(host.context for host in hosts):
        return tuple(hosts)
    known = _known()
    return tuple(_with_address(host, place, known) for host, place in hosts.items())


def default() -> Host:
    """Return the host that Docker takes by default: that of the current context, if it is far.

    The context is only asked about if one was chosen; Docker on this machine stays `DEFAULT_HOST`.
    Source: Docker CLI reference, "Docker contexts": DOCKER_HOST wins over a context.
    """
    found = chosen()
    return found if found.is_remote and found.context else DEFAULT_HOST


def chosen() -> Host:
    """Return the host of DOCKER_HOST or of the current context; else `DEFAULT_HOST`."""
    name = os.environ.get("DOCKER_CONTEXT") or _current()
    if address := os.environ.get("DOCKER_HOST"):
        return Host(address)
    if name in {"", "default"} or not CONTEXT.fullmatch(name):
        return DEFAULT_HOST
    try:
        address = _known().get(name, "")
    except HostError:
        return DEFAULT_HOST  # Docker itself says what is wrong
    return Host(address, name=name, context=name) if address else DEFAULT_HOST


def is_docker_expected() -> bool:
    """Tell whether Docker belongs here: its command is there, or something names a daemon."""
    named = os.environ.get("DOCKER_HOST") or os.environ.get("DOCKER_CONTEXT") or _current()
    return bool(shutil.which("docker")) or named not in {"", "default"}


def _current() -> str:
    # What `docker context use` has written; Docker's own start would take longer than this.
    folder = os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")  # noqa: PTH111 - no home is no error
    try:
        found = json.loads(read_text(Path(folder) / "config.json"))
    except (UnreadableError, ValueError):
        return ""
    return str(found.get("currentContext", "")) if isinstance(found, dict) else ""


def _with_address(host: Host, place: Place | None, known: Mapping[str, str]) -> Host:
    if not host.context:
        return host
    if host.context not in known:
        otherwise = f"create it (docker context create), or give its address: ssh://{host.context}"
        fix = nearest(host.context, known, otherwise)
        raise wrong(f"there is no Docker context {host.context!r}", fix, place)
    return replace(host, address=known[host.context])


def _known() -> dict[str, str]:
    ended = DEFAULT_HOST.call(_LIST)
    if ended.code != 0:
        said = (ended.err.strip() or "it did not answer").splitlines()[-1]
        what = f"Docker cannot list its contexts: {said}"
        raise HostError(what, fix="run `docker context ls`, or give addresses: ssh://USER@HOST")
    rows = (line.split("\t") for line in ended.out.splitlines())
    return {row[0].strip(" *"): row[1].strip() for row in rows if len(row) > 1}
