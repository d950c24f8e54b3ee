"""What `dcgen up` does around Compose, so that replicas come and go without losing a request."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from dcgen.commands.location import Place, place
from dcgen.commands.plain_compose import without_f
from dcgen.commands.target import Target
from dcgen.progress import Progress
from engine.docker.containers import Site
from engine.events import Event
from engine.live import drain
from engine.live.changes import replace_changed
from engine.live.grow import Admission, admission
from engine.live.handover import Patience
from engine.live.own_volumes import own_volumes


@contextmanager
def resized(
    found: Target,
    scale: Mapping[str, int],
    patience: Patience,
    progress: Progress,
    *,
    words: Sequence[str],
    returns: bool,
) -> Iterator[None]:
    """Let replicas that are to go finish before, and new ones serve after they listen.

    The latter only if what is done here *returns* when all is started. Both are for balancers that
    find their replicas by DNS; the others are replaced with another list, while a stand-in serves.

    Args:
        found: What ``up`` acts on.
        scale: Service to replicas, instead of what the file says.
        patience: How long a replica that is to go may work on what it has, and the like.
        progress: Where to say what becomes of whom.
        words: What Compose's ``up`` is told.
        returns: Whether it ends when all is started.
    """
    where = None if found.source.path is None else place(found)
    if where is None:
        yield
        return
    _show(
        where,
        progress,
        lambda site: replace_changed(site, where.variant, words, patience),
    )
    if any(service.identity.is_dynamic for service in where.variant):
        with _followed(where, scale, patience.drain_s, progress, returns=returns):
            yield
    else:
        yield
    if returns:
        _show(where, progress, lambda site: own_volumes(site, where.variant))


@contextmanager
def _followed(
    where: Place,
    scale: Mapping[str, int],
    deadline_s: float,
    progress: Progress,
    *,
    returns: bool,
) -> Iterator[None]:
    for service, slots in drain.too_few_slots(where.variant, scale):
        progress.say(f"{service}: {slots} slots; replicas beyond that receive no traffic")
    with ExitStack() as cleanup:
        coming = [cleanup.enter_context(admission(s, where.variant)) for s in where.sites]
        _show(where, progress, lambda s: drain.shrink(s, where.variant, scale, deadline_s))
        if returns:
            _hold(where, coming, scale)
        yield
        for one in coming:
            for event in one.admit():
                progress.show(event)


def say_what_undoes_it(found: Target, progress: Progress) -> None:
    """Say what Compose would do without the files of *found*, if it would take others."""
    if advice := without_f(found):
        progress.say(advice)


def _show(where: Place, progress: Progress, change: Callable[[Site], Iterable[Event]]) -> None:
    def act(site: Site | None) -> None:
        for event in change(site) if site else ():
            progress.show(event)

    where.each(act)


def _hold(where: Place, coming: list[Admission], scale: Mapping[str, int]) -> None:
    of = dict(zip(where.sites, coming, strict=True))

    def act(site: Site | None) -> None:
        if site:
            of[site].hold(scale)

    where.each(act)
