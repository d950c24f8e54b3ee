"""Shell completion of service names: those of the Compose file that the command would read."""

from pathlib import Path

import click

from dcgen import source
from faults import UserError


def services(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[str]:
    """Return the services whose names begin with *incomplete*; none if there is no file."""
    try:
        names = _names(source.find(tuple(ctx.params.get("file") or ())))
    except UserError:
        return []  # a message would land in the middle of the command line
    return _begun(names, incomplete)


def running(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[str]:
    """Return the same for a command on a running variant: a generated file comes first."""
    from dcgen.commands.target import find  # noqa: PLC0415 - only a shell needs it

    try:
        names = _names(find(tuple(ctx.params.get("files") or ())))
    except UserError:
        return []
    return _begun(names, incomplete)


def hosts(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[str]:
    """Return the hosts of ``--hosts`` or ``--host`` whose names begin with *incomplete*."""
    return _begun([str(host) for host in ctx.params.get("hosts") or ()], incomplete)


def places(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return what ``HOST:SERVICE`` may be: the services behind a host, else hosts and services."""
    host, colon, begun = incomplete.rpartition(":")
    services_there = running(ctx, param, begun)
    if colon:
        return [f"{host}:{name}" for name in services_there]
    return [*(f"{name}:" for name in hosts(ctx, param, incomplete)), *services_there]


def _begun(names: list[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _names(paths: list[Path | None]) -> list[str]:
    """Return the services of all files at *paths*, and of those that they include."""
    from composefile.document import load, own  # noqa: PLC0415 - only a shell needs it
    from composefile.model import Model  # noqa: PLC0415
    from composefile.project import Project  # noqa: PLC0415

    found: list[str] = []
    for path in filter(None, paths):
        given = source.read(path)
        document = load(given.text, given.name, fragment=bool(found))
        found += document.names
        if own(document.root, "include") is not None and not document.v1:
            from generator.included import names  # noqa: PLC0415 - few files include others

            found += names(Model(document, Project(given.folder)))
    return list(dict.fromkeys(found))
