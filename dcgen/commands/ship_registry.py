"""``dcgen ship --registry``: push the images, several at once, and say how it goes."""

import sys
from collections.abc import Mapping

from dcgen.commands.compose import follow
from dcgen.progress import Progress
from dcgen.reporting import INTERRUPTED
from engine.hosts import Host
from engine.ship.push import Pushing


def push(builder: Host, references: Mapping[str, str], progress: Progress) -> None:
    """Push *references*, which are on *builder*, each known by its name.

    Raises:
        HostError: The registry refuses one.
    """
    pushing = Pushing(builder, references, lines=sys.stderr.isatty())
    follow(pushing, pushing.hosts, progress, live=True)
    if progress.interrupted:
        sys.exit(INTERRUPTED)
    pushing.require_all()


def with_variables(references: Mapping[str, str], registry: str, tag: str) -> dict[str, str]:
    """Return *references* with variables for *registry* and *tag*, which are their defaults."""
    names = {
        service: reference.removeprefix(f"{registry}/").removesuffix(f":{tag}")
        for service, reference in references.items()
    }
    return {
        service: f"${{REGISTRY-{registry}}}/{name}:${{TAG-{tag}}}"
        for service, name in names.items()
    }
