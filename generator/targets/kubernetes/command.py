"""What a container runs, so that a kubelet leaves it as it is.

Source: Kubernetes, "Define a Command and Arguments for a Container".
"""

import re
import shlex

from composefile.model import Model
from composefile.values import words
from faults import UserError
from generator.editing.emit import Emitted


def escaped(text: str) -> str:
    """Return *text* so that a kubelet makes it what it is: ``$(date)`` is ``$$(date)`` there."""
    return re.sub(r"\$(?=[$(])", "$$", text)


def command(model: Model, name: str) -> dict[str, Emitted]:
    """Return what service *name* runs, as far as it does not leave it to its image.

    Raises:
        UserError: It is empty, which Kubernetes cannot say, or a quotation mark is not closed.
    """
    entrypoint, rest = _words(model, name, "entrypoint"), _words(model, name, "command")
    if entrypoint == [] and rest:
        # Nothing in front of the command, where the image has something.
        return {"command": rest}
    for key, found in (("entrypoint", entrypoint), ("command", rest)):
        if found == []:
            raise UserError(
                f"`{key}:` of service {name!r} is empty, which Kubernetes cannot say",
                fix=f"give the words that are to run: `{key}: [PROGRAM, ARGUMENT]`",
                where=model.where(name, key),
            )
    both = {"command": entrypoint, "args": rest}
    return {key: listed for key, listed in both.items() if listed}


def _words(model: Model, name: str, key: str) -> list[str] | None:
    """Return the words of *key* of service *name*; None if it has none."""
    value = model.get(name, key)
    if value is None:
        return None
    try:
        found = shlex.split(value) if isinstance(value, str) else words(value)
    except ValueError as error:
        what, fix = f"`{key}:` of service {name!r}: {error}", "close the quotation mark"
        raise UserError(what, fix=fix, where=model.where(name, key)) from error
    return [escaped(word) for word in found]
