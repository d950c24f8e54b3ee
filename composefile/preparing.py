"""What a service prepares each time it starts, before it serves.

    command: sh -c "python manage.py migrate && gunicorn shop.wsgi"

Containers of it that start at once prepare it at once: on an empty database all but one of them
fail, since they create the same tables.
"""

import re

from composefile.built_image import built_image
from composefile.model import Model
from composefile.values import texts

# The migrations of Django, Alembic, Flask, Rails, Prisma, Laravel, Knex, Flyway and their like.
_PREPARES = (
    r"(?<![\w.-])(?:migrate|migrations?:migrate|db:(?:migrate|prepare|setup)|alembic upgrade"
    r"|(?:flask )?db upgrade|migrate[:@ ]\w+|syncdb|flyway|liquibase)(?![\w.-])"
)
_SERVES = r"(?:&&|;|\n)\s*\S"


def prepares(model: Model, name: str) -> str:
    """Return what service *name* runs before it serves, such as ``migrate``; empty if nothing.

    Where the file gives no command, that of the Dockerfile counts.
    """
    keys = [key for key in ("entrypoint", "command") if model.get(name, key) is not None]
    lines = [" ".join(texts(model.get(name, key))) for key in keys]
    image = None if keys else built_image(model.get(name, "build"), model.project)
    if image:
        lines.append(" ".join((*image.entrypoint, *image.cmd)))
    for line in lines:
        found = re.search(_PREPARES, line) if line else None
        if found and re.search(_SERVES, line[found.end() :]):
            return found[0]
    return ""
