"""What the commands on a running variant share: where it runs, and what is said of each host."""

from collections.abc import Mapping
from typing import Any

from dcgen.commands.sites import Place
from dcgen.commands.target import Target, target
from engine.docker.containers import Site
from engine.hosts import Host
from faults import UsageError

__all__ = ["Place", "called", "place", "where_given"]


def place(found: Target) -> Place:
    """Return where the variant of *found* runs.

    Raises:
        UsageError: It comes from standard input: it must be found again by its file.
    """
    if found.source.path is None:
        raise UsageError(
            "a running variant is found by its file, not on standard input", fix="give -f FILE"
        )
    variant = found.variant()
    words = found.compose() if found.hosts else ()
    return Place(variant, tuple(Site(words, host) for host in found.hosts))


def where_given(given: Mapping[str, Any]) -> Place:
    """Return where the variant runs that the options *given* name: files, engine, hosts.

    Raises:
        UserError: See `target` and `place`.
    """
    return place(target(given["files"], given["engine"], given["hosts"], starting=False))


def called(host: Host, name: str) -> str:
    """Return how a person finds *name* on *host*: the name alone on the default one."""
    return f"{host} {name}" if host.address else name
