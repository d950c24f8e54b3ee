"""What the commands on a running variant share: where it runs, and what is said of each host."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import click

from dcgen import source
from dcgen.commands import checked, overlays
from dcgen.commands.sites import Place
from dcgen.commands.target import AS_ASKED, Target, find, target
from engine.docker.containers import Site
from engine.hosts import Host
from engine.live.running import proxies
from faults import HostError, UsageError

__all__ = ["Place", "called", "cluster_options", "place", "where_given"]

F = TypeVar("F", bound=Callable[..., Any])


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
    return Place(variant, tuple(Site(words, host, variant.project) for host in found.hosts))


def where_given(given: Mapping[str, Any], *names: str) -> Place:
    """Return where the variant runs that the options *given* name: files, engine, hosts.

    Raises:
        UserError: See `target` and `place`; or nobody can be asked, and *names* are no proxies.
    """
    if given.get("is_kubernetes") or given.get("namespace"):
        return _in_cluster(given)
    try:
        return place(target(given["files"], given["engine"], given["hosts"], starting=False))
    except HostError:  # what is wrong with the file stays so where somebody can be asked
        proxies(_unasked(given).variant(), *names)
        raise


def _unasked(given: Mapping[str, Any]) -> Target:
    return Target(tuple(map(source.read, find(given["files"]))), "process", (), AS_ASKED)


def _in_cluster(given: Mapping[str, Any]) -> Place:
    if given["hosts"] or given["engine"] != "auto":
        raise UsageError(
            "a cluster is reached by kubectl, not as a host",
            fix="leave out --kubernetes and --namespace, or --host, --hosts and --engine",
        )
    found = _unasked(given)
    overlays.require_sources(found.sources)
    return replace(place(found), namespace=given["namespace"])


def cluster_options(command: F) -> F:
    """Add the options that let a command find a variant in a cluster; see `where_given`."""
    in_cluster = click.option(
        "--kubernetes",
        "is_kubernetes",
        is_flag=True,
        help="Where `dcgen kubernetes` was applied: the cluster that kubectl reaches.",
    )
    of = click.option(
        "--namespace",
        default="",
        metavar="NAME",
        callback=checked.namespace,
        help="Namespace there.",
    )
    return in_cluster(of(command))


def called(host: Host, name: str) -> str:
    """Return how a person finds *name* on *host*: the name alone on the default one."""
    return f"{host} {name}" if host.address else name
