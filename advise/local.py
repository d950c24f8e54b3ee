"""The stage of an experiment as processes of this host."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from advise.asked import Asked
from advise.making import with_room
from composefile.model import Model
from engine import runs
from engine.live.running import as_processes
from engine.process.plan import plan
from engine.trial.processes import running
from engine.trial.trial import Trial
from engine.variant import parse
from faults import HostError, UserError


@contextmanager
def as_local(
    model: Model, asked: Asked, counts: Mapping[str, int], room: Mapping[str, int]
) -> Iterator[Trial]:
    """Hold *model* as it runs, as processes of this host, with *room* for so many replicas.

    Args:
        model: The file.
        asked: What is wanted of it.
        counts: How many replicas of each service work at first.
        room: How many may.

    Raises:
        UserError: A service cannot run as a process.
        HostError: It does not start, or does not go on.
    """
    source = Path(model.document.file)
    variant = parse(with_room(model, room), source.with_name(f".dcgen-advise-{source.name}"))
    with ExitStack() as stack:
        try:
            found = stack.enter_context(running(variant, counts, asked.count))
        except UserError as error:
            _require_runnable(model, error)
            raise
        lives = as_processes(variant, runs.sockets(runs.find(variant.file)))
        load = asked.load
        answers = stack.enter_context(load.asking(found.address)) if load else None
        yield stack.enter_context(closing(Trial(lives, found, asked.measured(found.told), answers)))


def _require_runnable(model: Model, error: UserError) -> None:
    # What keeps the trial from running is better told of the file that a person knows.
    if not isinstance(error, HostError):
        plan(parse(model.document.text, Path(model.document.file)), Path(), free_ports=True)
