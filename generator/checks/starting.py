"""What a service prepares each time it starts: replicas that start at once prepare it at once.

    command: sh -c "python manage.py migrate && gunicorn shop.wsgi"

On an empty database all but one of them fail, since they create the same tables.
"""

import re
from collections.abc import Iterator

from composefile.model import Model
from composefile.values import texts, words
from generator.result import Notice

# The migrations of Django, Alembic, Flask, Rails, Prisma, Laravel, Knex, Flyway and their like.
_PREPARES = (
    r"(?<![\w.-])(?:migrate|migrations?:migrate|db:(?:migrate|prepare|setup)|alembic upgrade"
    r"|(?:flask )?db upgrade|migrate[:@ ]\w+|syncdb|flyway|liquibase)(?![\w.-])"
)
_SERVES = r"(?:&&|;|\n)\s*\S"
HEALTHY = "service_healthy"


def prepares(model: Model, name: str) -> str:
    """Return what service *name* runs before it serves, such as ``migrate``; empty if nothing."""
    for key in ("entrypoint", "command"):
        text = " ".join(texts(model.get(name, key)))
        found = re.search(_PREPARES, text) if text else None
        if found and re.search(_SERVES, text[found.end() :]):
            return found[0]
    return ""


def waits_for_first(model: Model, name: str) -> bool:
    """Tell whether the replicas made from *name* are to wait until the first of them is healthy."""
    return bool(prepares(model, name)) and not model.document.v1 and _is_checked(model, name)


def starting_notices(model: Model, name: str, holder: str, *, dynamic: bool) -> Iterator[Notice]:
    """Yield what becomes of the start of service *name*, if it prepares something then.

    *holder* is the service of the file that has its settings; a *dynamic* balancer's replicas are
    all of one service, which cannot wait for itself.
    """
    what = prepares(model, holder)
    if not what:
        return
    where = model.where(holder, "command")
    if waits_for_first(model, holder) and not dynamic:
        yield Notice(
            f"{name!r} runs `{what}` when it starts: its first replica starts alone, and the"
            " others when it is healthy",
            where,
            fix=f"run `{what}` in a service of its own, and let {name!r} depend on it with"
            " `condition: service_completed_successfully`, if they need not wait",
        )
        return
    alone = f"leave out `--dynamic` or run `{what}`" if dynamic else f"run `{what}`"
    check = "" if dynamic or model.document.v1 else f", or give {name!r} a `healthcheck`"
    yield Notice(
        f"{name!r} runs `{what}` when it starts, all its replicas at once: on an empty database all"
        " but one may fail",
        where,
        fix=f"{alone} in a service of its own, on which {name!r} depends{check}",
    )


def _is_checked(model: Model, name: str) -> bool:
    check = model.get(name, "healthcheck")
    settings = check if isinstance(check, dict) else {}
    test = words(settings.get("test")) or [*texts(settings.get("test"))]
    return bool(test) and test != ["NONE"] and settings.get("disable") != "true"
