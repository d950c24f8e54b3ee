"""What a person should know before one service runs several times: what all replicas share."""

import re
from collections.abc import Iterator

from composefile.images import STATEFUL, short_name
from composefile.interpolation import split
from composefile.model import Model
from composefile.values import Value, texts
from generator.result import Notice

# Programs that do a thing at a time, or once: each replica would do it, too.
_ONCE = re.compile(
    r"(?<![\w.-])(?:beat|cron|crond|supercronic|scheduler|rqscheduler|migrate|migrations?)(?![\w.])"
)


def repetition_notices(model: Model, name: str, holder: str, replicas: int) -> Iterator[Notice]:
    """Yield what the *replicas* of service *name* share, or would do several times.

    *holder* is the service of the file that has its settings: itself, or one of its replicas.
    """
    if replicas > 1:
        yield from _of_data(model, name, holder)
        yield from _of_devices(model, name, holder)
        yield from _of_schedule(model, name, holder, replicas)


def _of_schedule(model: Model, name: str, holder: str, replicas: int) -> Iterator[Notice]:
    for key in ("command", "entrypoint"):
        found = _ONCE.search(" ".join(texts(model.get(holder, key))))
        if found:
            yield Notice(
                f"{name!r} runs `{found[0]}`: each of its {replicas} replicas would do that work",
                model.where(holder, key),
                fix=f"keep one replica of {name!r} if the work is to be done once",
            )
            return


def _of_data(model: Model, name: str, holder: str) -> Iterator[Notice]:
    image = short_name(model.image(holder))
    if image in STATEFUL:
        yield Notice(
            f"{name!r} runs {image}: each replica keeps its own data",
            model.where(holder, "image"),
        )
    shared = written_volumes(model, holder)
    if shared:
        yield Notice(
            f"all replicas of {name!r} write to {', '.join(shared)}", model.where(holder, "volumes")
        )


def written_volumes(model: Model, name: str) -> list[str]:
    """Return the volumes and folders that service *name* may write to, as the file names them."""
    volumes = model.get(name, "volumes")
    sources = map(_writable, volumes if isinstance(volumes, list) else [])
    return [source for source in sources if source]


def _writable(volume: Value) -> str:
    if isinstance(volume, dict):
        source = volume.get("source")
        read_only = str(volume.get("read_only")).lower() == "true"
        return source if isinstance(source, str) and not read_only else ""
    parts = split(str(volume))
    writable = len(parts) > 1 and "ro" not in parts[-1].split(",")
    return parts[0] if writable and "docker.sock" not in parts[0] else ""


def _of_devices(model: Model, name: str, holder: str) -> Iterator[Notice]:
    deploy = list(texts(model.get(holder, "deploy")))
    for key in ("devices", "gpus"):
        own = model.get(holder, key) is not None
        if own or key in deploy:
            where = model.where(holder, key if own else "deploy")
            yield Notice(f"all replicas of {name!r} use the same devices", where)
            return
