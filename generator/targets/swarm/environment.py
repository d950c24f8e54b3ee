"""The environment of a service in a stack: `environment` and `env_file`.

``docker stack deploy`` reads an `env_file` literally: no quotes, no variables, no ``export``.
Sources: Compose Specification, "env_file"; docker/cli, package opts, "ParseEnvFile".
"""

from pathlib import Path

from composefile import env_file, text_file
from composefile.values import Value
from faults import Place, UserError
from generator.editing.emit import Emitted
from generator.targets.swarm.told import Told, refused
from generator.targets.swarm.variables import Source, kept_pairs


def environment(source: Source, name: str, told: Told) -> dict[str, Emitted]:
    """Return the variables of service *name*; null is one that the shell of the deployment has."""
    found = kept_pairs(source, name, "environment", told)
    for variable in (key for key, value in found.items() if value is None):
        if variable in source.written.project.beside:
            told.say(
                f"{variable} is in .env, which `docker stack deploy` does not read",
                source.written.where(name, "environment"),
                fix="give it in the shell: set -a; . ./.env; set +a",
            )
    return found


def env_files(source: Source, name: str) -> list[str]:
    """Return the paths of the files of variables of service *name*, from its project's folder.

    Raises:
        UserError: One is not there, or Swarm would read another value in it than Compose does.
    """
    found = []
    for entry in _entries(source.get(name, "env_file")):
        path, is_required = entry
        place = (source.filled.project.folder or Path()) / path
        if not place.is_file():
            if not is_required:
                continue
            why = f"{path!r} is not there"
            fix = "give an existing file, or `required: false`"
            raise refused(source.filled, name, "env_file", why, fix)
        _require_literal(place)
        found.append(path)
    return found


def _entries(value: Value) -> list[tuple[str, bool]]:
    found = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            found.append((item, True))
        elif isinstance(item, dict) and isinstance(path := item.get("path"), str):
            found.append((path, item.get("required") != "false"))
    return found


def _require_literal(path: Path) -> None:
    try:
        text = text_file.read(path)
    except text_file.UnreadableError as error:
        fix = "write it as lines of NAME=value, in UTF-8"
        raise UserError(f"cannot read it: {error}", fix=fix, where=Place(str(path))) from error
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        name, sign, value = line.lstrip().partition("=")
        if not name or name.startswith("#") or not sign:
            continue
        if not _is_literal(line, name, value):
            raise UserError(
                f"`docker stack deploy` takes the line of {name.strip()} literally,"
                " with its quotes, variables and comments",
                fix="write the plain value, NAME=value, or put it under `environment:`",
                where=Place(str(path), number),
            )


def _is_literal(line: str, name: str, value: str) -> bool:
    try:
        return env_file.parse(f"{line}\n", "", {}) == {name: value}
    except UserError:  # a quote that another line closes
        return False
