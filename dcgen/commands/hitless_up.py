"""``dcgen up`` on Docker: Compose's ``up``, and around it what loses no request."""

from contextlib import nullcontext

from dcgen.commands.compose import compose
from dcgen.commands.location import place
from dcgen.commands.resizing import Going, Patience, resized
from dcgen.commands.target import Target
from dcgen.progress import Progress

__all__ = ["Going", "Patience", "up_on_docker"]


def up_on_docker(found: Target, going: Going, progress: Progress) -> None:
    """Run Compose's ``up`` on the hosts of *found*; where something failed before, it is not run.

    Replicas that are to go finish before, and new ones serve after they listen; the latter only if
    it *returns*. Both are for balancers that find their replicas by DNS; the others are recreated
    with another list, but nothing that depends on them is.
    """
    where = None if found.source.path is None else place(found)
    with resized(where, going, progress) if where else nullcontext():
        compose(
            found,
            progress,
            "up",
            *["--detach"] * going.returns,
            *going.words,
            more=going.wanted.words(found.hosts),
            parallel=going.parallel,
            failed=where.failed if where else {},
            live=going.returns,
        )
