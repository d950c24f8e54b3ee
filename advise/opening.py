"""The stage of an experiment: the variant with room, running here as processes or on Docker."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from advise.asked import Asked
from composefile.model import Model
from engine.hosts import Host
from engine.trial.trial import Trial


def stage(
    model: Model,
    asked: Asked,
    counts: Mapping[str, int],
    room: Mapping[str, int],
    *,
    host: Host | None,
) -> AbstractContextManager[Trial]:
    """Return what `as_local` does on *host*: with Docker, or as processes of this host if None."""
    if host is None:
        from advise.local import as_local  # noqa: PLC0415 - not for Docker

        return as_local(model, asked, counts, room)
    from advise.docker import as_containers  # noqa: PLC0415 - not for processes

    return as_containers(model, asked, counts, room, host)
