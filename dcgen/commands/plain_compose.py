"""What a person must know whose next command is Compose's own: it may act on other files."""

import os

from dcgen import source
from dcgen.commands.dash_f import dash_f
from dcgen.commands.target import Target
from faults import UserError


def without_f(found: Target) -> str:
    """Return what Compose without ``-f`` would do to the files of *found*; empty if it takes them.

    Source: Compose CLI reference, `COMPOSE_FILE`.
    """
    given = [one.path for one in found.sources if one.path]
    try:
        plain = [path for path in source.find(()) if path]
    except UserError:
        return ""
    if not given or [path.resolve() for path in plain] == [path.resolve() for path in given]:
        return ""
    names = os.pathsep.join(map(str, given))
    return (
        f"plain `docker compose up` acts on {', '.join(map(str, plain))} and would undo this: give"
        f" it {dash_f([str(path) for path in given])}, or write COMPOSE_FILE={names} into .env"
    )
