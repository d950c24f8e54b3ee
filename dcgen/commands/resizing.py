"""What is done around Compose's ``up`` so that replicas come and go without losing a request.

Replicas that are to go finish before, and new ones serve after they listen. Both are for balancers
that find their replicas by DNS; the others are replaced, and nothing that depends on them is. What
prepares something when it starts starts alone first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from dcgen.commands.renewing import replace_others
from dcgen.commands.sites import Place
from dcgen.commands.wanted import Wanted
from dcgen.progress import Progress
from engine.docker.containers import Site
from engine.events import Event
from engine.live import drain
from engine.live.first import Alone, alone, start_first
from engine.live.grow import Admission, admission
from engine.live.handover import Patience
from engine.live.own_volumes import own_volumes

__all__ = ["Going", "Patience", "resized"]


@dataclass(frozen=True, slots=True)
class Going:
    """How `up_on_docker` goes about it.

    Attributes:
        wanted: How many replicas.
        patience: How long a replica that is to go may work on what it has, and the like.
        words: What Compose's ``up`` is told, besides replicas.
        returns: Whether it ends when all is started.
        parallel: On how many hosts Compose runs at the same time.
    """

    wanted: Wanted
    patience: Patience
    words: Sequence[str]
    returns: bool
    parallel: int


@contextmanager
def resized(where: Place, going: Going, progress: Progress) -> Iterator[None]:
    """Do around Compose's ``up``, which is run in the block, what loses no request there.

    Raises:
        UserError: See `start_first` and `replace_others`; what runs goes on.
        HostError: Docker, Compose or HAProxy does not answer, or refuses.
    """
    words = going.wanted.words([site.host for site in where.sites])

    def told(site: Site) -> list[str]:
        return [*going.words, *words[site.host]]

    _start_first(where, going, progress)
    _show(where, progress, lambda s: replace_others(s, where.variant, told(s), going.patience))
    if any(service.identity.is_dynamic for service in where.variant):
        with _followed(where, going, progress):
            yield
    else:
        yield
    if going.returns:
        _show(where, progress, lambda site: own_volumes(site, where.variant))


def _start_first(where: Place, going: Going, progress: Progress) -> None:
    # On one host, then on the others: what is prepared may be theirs, too.
    least = 1 if len(where.sites) > 1 else 2
    due = {site: alone(where.variant, going.wanted.on(site.host), least) for site in where.sites}
    turns = [site for site in where.sites if due[site]]

    def start(groups: Mapping[Site, Sequence[Alone]]) -> None:
        within_s = going.patience.healthy_s
        _show(
            where,
            progress,
            lambda site: start_first(site, groups.get(site, ()), going.words, within_s),
        )

    while turns:
        site = turns.pop(0)
        start({site: due[site]})
        if site.host not in where.failed:
            break
    if turns:
        start({site: due[site] for site in turns})


@contextmanager
def _followed(where: Place, going: Going, progress: Progress) -> Iterator[None]:
    variant, wanted = where.variant, going.wanted
    for service, slots in drain.too_few_slots(variant, wanted.most()):
        progress.say(f"{service}: {slots} slots; replicas beyond that receive no traffic")
    with ExitStack() as cleanup:
        sites = [site for site in where.sites if site.host not in where.failed]
        coming = {site: cleanup.enter_context(admission(site, variant)) for site in sites}
        deadline_s = going.patience.drain_s
        _show(where, progress, lambda s: drain.shrink(s, variant, wanted.on(s.host), deadline_s))
        if going.returns:
            _hold(where, coming, wanted)
        yield
        _show(where, progress, lambda site: coming[site].admit())


def _show(where: Place, progress: Progress, change: Callable[[Site], Iterable[Event]]) -> None:
    def act(site: Site | None) -> None:
        for event in change(site) if site else ():
            progress.show(event)

    where.each(act)


def _hold(where: Place, coming: Mapping[Site, Admission], wanted: Wanted) -> None:
    def act(site: Site | None) -> None:
        if site:
            coming[site].hold(wanted.on(site.host))

    where.each(act)
