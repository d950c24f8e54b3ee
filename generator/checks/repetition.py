"""What a person should know before one service runs several times: what all replicas share."""

import re
from collections.abc import Iterator

from composefile.images import STATEFUL, short_name
from composefile.model import Model
from composefile.nameless import nameless_volumes
from composefile.paths import mount
from composefile.preparing import prepares
from composefile.values import Value, pairs, texts
from generator.result import Notice

# Programs that do a thing at a time, or once: each replica would do it, too.
_ONCE = (
    r"(?<![\w.-])(?:beat|cron|crond|supercronic|scheduler|rqscheduler|migrate|migrations?)(?![\w.])"
)
# Labels by which another container runs a job in this one: Ofelia, Chadburn, Deck Chores,
# swarm-cronjob, docker-volume-backup.
_JOB_LABEL = (
    r"(?:ofelia|chadburn)\.job-|deck-chores\.|swarm\.cronjob\.|cron\.|"
    r"docker-volume-backup\.(?:archive|process|copy|prune|exec)"
)
# What names a database of SQLite: a URL, a file, a setting of Django or Rails.
_SQLITE = r"(?i)sqlite|\.db3?\b"
# What a folder that holds data is called; one with another name, beside the file, holds code.
_DATA = (
    r"(?i)data|storage|uploads?|media|backups?|logs?\b|cache|volumes?\b|\bdb\b|(?<!\w)var\b|state"
)


def repetition_notices(model: Model, name: str, holder: str, replicas: int) -> Iterator[Notice]:
    """Yield what the *replicas* of service *name* share, or would do several times.

    *holder* is the service of the file that has its settings: itself, or one of its replicas.
    """
    if replicas > 1:
        yield from nameless_notices(model, name, holder)
        yield from _of_data(model, name, holder)
        yield from _of_devices(model, name, holder)
        yield from _of_schedule(model, name, holder, replicas)
        yield from _of_labels(model, name, holder, replicas)


def _of_schedule(model: Model, name: str, holder: str, replicas: int) -> Iterator[Notice]:
    if prepares(model, holder):
        return  # it does that first, and serves then: see `starting`
    for key in ("command", "entrypoint"):
        line = " ".join(texts(model.get(holder, key)))
        found = re.search(_ONCE, line) if line else None
        if found:
            yield Notice(
                f"{name!r} runs `{found[0]}`: each of its {replicas} replicas would do that work",
                model.where(holder, key),
                fix=f"keep one replica of {name!r} if the work is to be done once",
            )
            return


def _of_labels(model: Model, name: str, holder: str, replicas: int) -> Iterator[Notice]:
    for label in pairs(model.get(holder, "labels")):
        if re.match(_JOB_LABEL, label):
            yield Notice(
                f"`{label}` of {name!r} is a job: it runs in each of the {replicas} replicas",
                model.where(holder, "labels"),
                fix="move it to a service that runs once, if the work is to be done once",
            )
            return


def nameless_notices(model: Model, name: str, holder: str) -> Iterator[Notice]:
    """Yield that replicas of service *name* do not share what they keep, nor have what is there.

    What a database keeps there is another matter: see `repetition_notices`.
    """
    is_server = short_name(model.image(holder)) in STATEFUL
    paths = [] if is_server else nameless_volumes(model, holder)
    if paths:
        yield Notice(
            f"{name!r} keeps data in volumes without a name ({', '.join(paths)}): each replica has"
            " its own, and none has what is there now",
            model.where(holder, "volumes"),
            fix=f"give them one that all replicas share: `volumes: [{name}-data:{paths[0]}]`",
        )


def _of_data(model: Model, name: str, holder: str) -> Iterator[Notice]:
    image = short_name(model.image(holder))
    is_server = image in STATEFUL
    if is_server:
        yield Notice(
            f"{name!r} runs {image}: each replica keeps its own data",
            model.where(holder, "image"),
            fix=f"keep one replica of {name!r}, or use what {image} itself has for several",
        )
    shared = written_volumes(model, holder)
    if shared:
        judgement, fix = _judged(model, name, holder, is_server=is_server)
        yield Notice(
            f"all replicas of {name!r} write to {', '.join(shared)}: {judgement}",
            model.where(holder, "volumes"),
            fix=fix,
        )


def _judged(model: Model, name: str, holder: str, *, is_server: bool) -> tuple[str, str]:
    """Return what it means that replicas write to the same, and what to do about it."""
    said = [text for key in ("environment", "command") for text in texts(model.get(holder, key))]
    one = f"keep one replica of {name!r}"
    if is_server:
        return "two servers on the same files destroy them", one
    if any(re.search(_SQLITE, one) for one in (*said, *texts(model.get(holder, "volumes")))):
        return (
            "SQLite lets one replica write at a time, the others wait or fail",
            f"let {name!r} use a database server, or {one}",
        )
    if writes_code_only(model, holder):
        return (
            "harmless if that is source code mounted for development",
            "add `:ro` to the mount, or leave it out where the image has the code",
        )
    return (
        "right for files that each writes once, such as uploads, wrong for SQLite",
        f"add `:ro` to the mount if they only read, or {one} if a file has one writer",
    )


def writes_code_only(model: Model, name: str) -> bool:
    """Tell whether all that service *name* may write to is its code, mounted for development."""
    is_built = model.get(name, "build") is not None
    return is_built and all(map(_is_source, written_volumes(model, name)))


def _is_source(volume: str) -> bool:
    return volume.startswith((".", "${PWD}", "$PWD")) and not re.search(_DATA, volume)


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
    parts = mount(str(volume))
    writable = len(parts) > 1 and "ro" not in parts[-1].split(",")
    return parts[0] if writable and "docker.sock" not in parts[0] else ""


def _of_devices(model: Model, name: str, holder: str) -> Iterator[Notice]:
    deploy = list(texts(model.get(holder, "deploy")))
    for key in ("devices", "gpus", "runtime"):
        value = model.get(holder, key)
        own = value is not None and (key != "runtime" or "nvidia" in str(value))
        if own or key in deploy:
            where = model.where(holder, key if own else "deploy")
            yield Notice(
                f"all replicas of {name!r} use the same devices:"
                " right for a GPU with memory for all, wrong for what one program opens",
                where,
                fix=f"scale {name!r} to as many replicas as the devices can serve",
            )
            return


def number_notices(model: Model, name: str, now: str) -> Iterator[Notice]:
    """Yield a notice if service *name* had a number of containers of its own; *now* is the new."""
    deploy = model.get(name, "deploy")
    settings = deploy if isinstance(deploy, dict) else {}
    mode = settings.get("mode")
    if isinstance(mode, str) and mode.startswith("global"):
        yield Notice(
            f"`mode: {mode}` of {name!r} is replaced by {now}",
            model.where(name, "deploy"),
            fix=f"leave {name!r} as it is if each host is to run one",
        )
    key = "replicas" if settings.get("replicas") else "scale"
    former = settings.get("replicas") or model.get(name, "scale")
    if former not in (None, "1", now):
        yield Notice(
            f"`{key}: {former}` of {name!r} is replaced by {now}",
            model.where(name),
            fix=f"remove `{key}: {former}` from the source: dcgen sets the number",
        )
