"""A detached service that keeps data: its secrets, and its start on the host that it is for."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from composefile.document import load, own
from composefile.project import Project
from composefile.syntax.parser import Scalar
from composefile.text_file import read as read_text
from dcgen import secret_file
from dcgen.commands import telling
from dcgen.commands.making import secrets_of
from engine.docker import compose as docker
from engine.hosts import DEFAULT_HOST, Host
from faults import HostError, UsageError
from lb.address import LOOPBACK


def only_host(hosts: tuple[Host, ...]) -> Host:
    """Return the one of *hosts*, where a Docker daemon answers.

    Raises:
        UsageError: There are several: the data would be kept in several places.
        HostError: No daemon answers there.
    """
    if len(hosts) > 1:
        raise UsageError(
            f"{len(hosts)} hosts are named, and a service that keeps data runs on one",
            fix="name one with `--host NAME`",
        )
    docker.require(*hosts)
    return hosts[0]


def address_of(host: Host) -> str:
    """Return the IP address by which other hosts reach *host*; loopback for this machine.

    Raises:
        HostError: Its name cannot be looked up.
    """
    if not host.is_remote:
        return LOOPBACK
    name = urlsplit(host.endpoint).hostname or ""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise HostError(
            f"cannot find the address of {name!r}: {error.strerror or error}",
            fix="give it with `--publish ADDRESS:PORT`",
        ) from error
    first = [str(one[4][0]) for one in sorted(found, key=lambda one: one[0] != socket.AF_INET)]
    return first[0]


def keep_secrets(target: Path, *, quiet: bool) -> Path | None:
    """See that the file beside *target* has the secrets that *target* names; return its path.

    Those that it has stay as they are.

    Raises:
        UserError: The file that is there may be read by others, or is none of variables.
        HostError: It cannot be written.
    """
    names = _variables(target)
    if not names:
        return None
    path = secrets_of(target)
    found = secret_file.read(path)
    secret_file.require_passwords(found, path, names)
    missing = {name: secret_file.password() for name in names if name not in found}
    if missing:
        secret_file.write(path, {**found, **missing})
        if not quiet:
            what = ", ".join(missing)
            telling.tell([f"{path}: {what}, for you alone; keep it out of version control"])
    return path


def start(target: Path, secrets: Path | None, host: Host, *, quiet: bool) -> None:
    """Start what is in *target* on *host*, with *secrets*, and return when it runs; else exit.

    Raises:
        HostError: There is no Compose.
    """
    files = Project.named_env_files() or [target.parent / ".env"]
    env_files = [path for path in files if path.is_file()] + ([secrets] if secrets else [])
    named = [word for path in env_files for word in ("--env-file", str(path))]
    words = (*docker.compose(v1=False), *named, "-f", str(target), "up", "--detach", "--wait")
    code = host.attach(words)
    if code:
        sys.exit(1)
    if not quiet:
        where = f" on {host}" if host != DEFAULT_HOST else ""
        telling.tell([f"{target} runs{where}"])


def settled(given: Mapping[str, Any], host: Host) -> dict[str, Any]:
    """Return what *host* decides of the options that were not *given*.

    It is recorded as if it had been given: the file is made again without asking the host.
    """
    found: dict[str, Any] = {}
    if given["password"] is None:
        found["password"] = True
    if given["publish"] is None:
        found["publish"] = address_of(host)
    ctx = click.get_current_context()
    for name, value in found.items():
        ctx.params[name] = value
        ctx.set_parameter_source(name, ParameterSource.COMMANDLINE)
    return found


def _variables(target: Path) -> list[str]:
    """Return the variables from which the Compose file *target* takes its secrets."""
    section = load(read_text(target), str(target)).section("secrets")
    found = [own(value, "environment") for _, value in section.entries] if section else []
    return [node.value for node in found if isinstance(node, Scalar)]
