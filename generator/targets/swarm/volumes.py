"""The volumes of a stack: each node has its own.

Source: Compose Specification, "Volumes top-level element".
"""

from composefile.document import own
from composefile.outside import outside_name
from faults import UserError
from generator.editing.emit import Emitted
from generator.targets.secrecy import require_no_secret_in_entry
from generator.targets.swarm.shapes import Shape, ShapeError, shaped, text
from generator.targets.swarm.variables import Source

_MADE_BY_HAND = "make it on each node: docker volume create, and write `external: true`"
_VOLUME: dict[str, Shape] = {"name": text, "driver": text}


def declared_volumes(source: Source, used: list[str]) -> dict[str, Emitted]:
    """Return the top-level `volumes` of those *used*.

    Raises:
        UserError: One is not declared, has a setting that Swarm has not, or would hold a secret.
    """
    model = source.filled
    section = model.document.section("volumes")
    found: dict[str, Emitted] = {}
    for volume in used:
        node = own(section, volume)
        value = model.value(node)
        settings = dict(value) if isinstance(value, dict) else {}
        outside = outside_name(settings, volume)
        settings.pop("external", None)
        where = model.document.where(node or model.document.root)
        if node is None:
            fix = f"add `volumes: {{{volume}: {{}}}}` at the end of the file"
            raise UserError(f"volume {volume!r} is not declared", fix=fix, where=where)
        try:
            shape = shaped(settings, _VOLUME, f"volumes.{volume}")
        except ShapeError as error:
            what = f"`{error.path}:` cannot be in a stack: {error.why}"
            raise UserError(what, fix="give a file without it", where=where) from None
        written = dict(shape) if isinstance(shape, dict) else {}
        require_no_secret_in_entry(source.written, "volumes", volume, _MADE_BY_HAND)
        if outside:
            written = {"external": True, "name": outside}
        found[volume] = written
    return found
