"""The start of a service that prepares something then: the first of its replicas starts alone.

`depends_on` says it to Compose, where the replicas are services of their own with a health check.
`dcgen up` does it for all of them (`engine.live.first`).
"""

from collections.abc import Iterator

from composefile.model import Model
from composefile.preparing import prepares
from composefile.values import texts, words
from generator.result import Notice

HEALTHY = "service_healthy"


def waits_for_first(model: Model, name: str) -> bool:
    """Tell whether the replicas made from *name* are to wait until the first of them is healthy."""
    return bool(prepares(model, name)) and not model.document.v1 and _is_checked(model, name)


def starting_notices(
    model: Model, name: str, holder: str, *, dynamic: bool, balanced: bool = True
) -> Iterator[Notice]:
    """Yield what becomes of the start of service *name*, if it prepares something then.

    *holder* is the service of the file that has its settings; a *dynamic* balancer's replicas are
    all of one service, which cannot wait for itself. If it is *balanced*, `dcgen up` can tell when
    the first serves: it listens.
    """
    what = prepares(model, holder)
    if not what:
        return
    keys = ("command", "entrypoint", "build")
    where = model.where(holder, next(key for key in keys if model.get(holder, key) is not None))
    if waits_for_first(model, holder) and not dynamic:
        yield Notice(
            f"{name!r} runs `{what}` when it starts: its first replica starts alone, and the"
            " others when it is healthy",
            where,
            fix=f"run `{what}` in a service of its own, and let {name!r} depend on it with"
            " `condition: service_completed_successfully`, if they need not wait",
        )
        return
    said = "all its replicas at once: on an empty database all but one may fail"
    in_its_own = f"run `{what}` in a service of its own, on which {name!r} depends"
    check = "" if dynamic or model.document.v1 else f", or give {name!r} a `healthcheck`"
    if balanced or _is_checked(model, holder):
        said = f"`docker compose up` starts {said}; `dcgen up` starts the first one alone"
        in_its_own = f"start it with `dcgen up`, or {in_its_own}"
    yield Notice(
        f"{name!r} runs `{what}` when it starts: {said}", where, fix=f"{in_its_own}{check}"
    )


def _is_checked(model: Model, name: str) -> bool:
    check = model.get(name, "healthcheck")
    settings = check if isinstance(check, dict) else {}
    test = words(settings.get("test")) or [*texts(settings.get("test"))]
    return bool(test) and test != ["NONE"] and settings.get("disable") != "true"
