"""Values that cannot be read: refused, for what they limit would be lost in silence.

Compose refuses them, too. Source: Compose Specification, "Services top-level elements".
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from composefile.amounts import byte_count, processors, size_of_tmpfs
from composefile.duration import time
from composefile.model import Model
from composefile.places import place_below
from composefile.values import Value, words
from faults import Place, UserError

_MOST_DIGITS = 9  # of a number of pods


def _count(word: str) -> int:
    if not word.isdecimal():
        raise ValueError(word)
    return int(word)


def _pods(word: str) -> int:
    if len(word) > _MOST_DIGITS:
        raise ValueError(word)
    return _count(word)


@dataclass(frozen=True, slots=True)
class _Form:
    """What a value is read by, in words, and one for *example*."""

    read: Callable[[str], object]
    what: str
    example: str


_MEMORY = _Form(byte_count, "an amount of memory", "512m")
_PROCESSORS = _Form(processors, "a number of processors", "0.5")
_WHOLE = _Form(int, "a whole number", "1024")
_COUNT = _Form(_count, "a whole number from 0 up", "3")
_PODS = _Form(_pods, "a number of pods", "3")
_TIME = _Form(time, "a time", "1m30s")
_FORMS: Mapping[tuple[str, ...], _Form] = {
    ("mem_limit",): _MEMORY,
    ("mem_reservation",): _MEMORY,
    ("shm_size",): _MEMORY,
    ("cpus",): _PROCESSORS,
    ("cpu_shares",): _WHOLE,
    ("cpu_quota",): _WHOLE,
    ("cpu_period",): _WHOLE,
    ("deploy", "resources", "limits", "cpus"): _PROCESSORS,
    ("deploy", "resources", "limits", "memory"): _MEMORY,
    ("deploy", "resources", "reservations", "cpus"): _PROCESSORS,
    ("deploy", "resources", "reservations", "memory"): _MEMORY,
    ("deploy", "update_config", "delay"): _TIME,
    ("deploy", "update_config", "parallelism"): _COUNT,
    ("healthcheck", "interval"): _TIME,
    ("healthcheck", "timeout"): _TIME,
    ("healthcheck", "start_period"): _TIME,
    ("healthcheck", "start_interval"): _TIME,
    ("healthcheck", "retries"): _COUNT,
    ("stop_grace_period",): _TIME,
    ("scale",): _PODS,
    ("deploy", "replicas"): _PODS,
}


@dataclass(frozen=True, slots=True)
class _Said:
    """What the file says at *path* of a service, and where."""

    path: str
    value: Value
    form: _Form
    where: Place

    @property
    def is_read(self) -> bool:
        try:
            return self.value is None or bool([self.form.read(_scalar(self.value))])
        except ValueError:
            return False


def unreadable(model: Model, name: str) -> Iterator[UserError]:
    """Yield an error for each value of service *name* that is not what its attribute takes."""
    for said in (*_alone(model, name), *_in_memory(model, name)):
        if not said.is_read:
            shown = said.value if isinstance(said.value, str) else "…"
            yield UserError(
                f"`{said.path}: {shown}` of service {name!r} is not {said.form.what}",
                fix=f"write it as {said.form.example}",
                where=said.where,
            )


def _scalar(value: Value) -> str:
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - what is wrong is the file
    return value


def _alone(model: Model, name: str) -> Iterator[_Said]:
    for (key, *path), form in _FORMS.items():
        value = model.get(name, key)
        for word in path:
            value = value.get(word) if isinstance(value, dict) else None
        if value is not None:
            where = place_below(model, name, key, path)
            yield _Said(".".join((key, *path)), value, form, where)


def _in_memory(model: Model, name: str) -> Iterator[_Said]:
    for index, text in enumerate(words(model.get(name, "tmpfs"))):
        where = model.where(name, "tmpfs", index)
        yield _Said("tmpfs.size", size_of_tmpfs(text) or None, _MEMORY, where)
    mounts = model.get(name, "volumes")
    for index, entry in enumerate(mounts if isinstance(mounts, list) else ()):
        tmpfs = entry.get("tmpfs") if isinstance(entry, dict) else None
        if isinstance(tmpfs, dict):
            where = model.where(name, "volumes", index)
            yield _Said("volumes.tmpfs.size", tmpfs.get("size"), _MEMORY, where)
