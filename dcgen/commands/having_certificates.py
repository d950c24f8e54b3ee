"""The HAProxies that run with the certificates of a service, and what they are given."""

from collections.abc import Sequence

import click

from ambassador.authority import shared
from dcgen.commands.kept_certificates import Kept
from dcgen.commands.making import secrets_of
from engine.docker.containers import Site
from engine.live.renew import Holder, holders
from faults import HostError, UserError
from generator.services.papers import Papers


def having(sites: Sequence[Site], kept: Kept, found: dict[str, str]) -> list[Holder]:
    """Return the HAProxies on *sites* that trust the authority of the certificates *found*.

    Raises:
        HostError: The one before the service is not among them, or a host does not answer.
    """
    papers = Papers.of(kept.service)
    every = [
        one for site in sites for one in holders(site, kept.service, (papers.ca, papers.server))
    ]
    mine = [one for one in every if shared(one.read(one.secrets[0]), found[kept.names[0]])]
    if not any(one.is_front for one in mine):
        raise HostError(
            f"no HAProxy before {kept.service!r} with these certificates runs on these hosts",
            fix="name its host, too, with `--host`; if it is stopped, start it first:"
            f" docker compose --env-file {secrets_of(kept.target)} -f {kept.target} up -d",
        )
    return mine


def give(those: Sequence[Holder], what: str, texts: dict[str, str], *, quiet: bool) -> None:
    """Give each of *those* what it has of *texts*: a failure of one does not stop the others.

    Raises:
        HostError: One failed, or several did.
    """
    failed = []
    for one in those:
        try:
            left = one.give(texts)
        except UserError as error:
            failed.append(f"{one.where}: {error.what}")
            continue
        if not quiet and left is not None:
            stay = f"; open connections that stay with the old worker: {left}" if left else ""
            click.echo(f"{one.where}: {what}{stay}", err=True)
    if failed:
        raise HostError(
            f"{len(failed)} of {len(those)} did not get it; all of them keep running",
            reasons=failed,
            fix="the same command again finishes it, once the reason is gone",
        )
