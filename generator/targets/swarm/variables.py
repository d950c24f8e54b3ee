"""Texts of a service as a stack has them: variables stay for ``docker stack deploy`` to fill in.

    environment: {KEY: "${KEY:-none}", COST: "5$$"}     the same in the stack

So no value of this machine's environment gets into the file. What has no variable is escaped. The
variables of a stack are those of the shell: no ``.env`` is read.
Source: docker/cli, package cli/compose/template.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from composefile.interpolation import Reference, escape, fill, parts
from composefile.model import Model
from composefile.project import PROJECT_NAME
from composefile.values import Value, assignments
from faults import UserError
from generator.editing.emit import Emitted
from generator.targets.swarm.told import Told, refused


@dataclass(frozen=True, slots=True)
class Source:
    """The services of a Compose file twice: with values *filled* in, and as they are *written*."""

    filled: Model
    written: Model

    def get(self, name: str, key: str) -> Value:
        """Return the value of *key* of service *name*, filled in."""
        return self.filled.get(name, key)


def kept(source: Source, name: str, key: str, told: Told) -> Emitted:
    """Return *key* of service *name* with its variables as they are written; None if it has none.

    Raises:
        UserError: One is in a form that ``docker stack deploy`` does not know.
    """
    written = source.written.get(name, key)
    try:
        filled = source.get(name, key)
    except UserError:
        # ${NAME?} has no value here; the shell that deploys may have it.
        filled = written
    return _Kept(source, name, key, told).value(written, filled)


def kept_pairs(source: Source, name: str, key: str, told: Told) -> dict[str, Emitted]:
    """Return the same as a mapping; null is what has no value.

    Raises:
        UserError: See `kept`.
    """
    written = kept(source, name, key, told)
    if isinstance(written, Mapping):
        return {each: item if isinstance(item, str) else None for each, item in written.items()}
    listed = written if isinstance(written, Sequence) and not isinstance(written, str) else []
    return dict(assignments([item for item in listed if isinstance(item, str)]))


@dataclass(frozen=True, slots=True)
class _Kept:
    source: Source
    name: str
    key: str
    told: Told

    def value(self, written: Value, filled: Value) -> Emitted:
        if isinstance(written, list) and isinstance(filled, list):
            return [self.value(*both) for both in zip(written, filled, strict=True)]
        if isinstance(written, dict) and isinstance(filled, dict):
            return {key: self.value(written[key], filled[key]) for key in filled}
        if isinstance(filled, str):
            return self.text(str(written)) if "$" in str(written) else filled
        return None

    def text(self, written: str) -> str:
        return "".join(
            escape(part) if isinstance(part, str) else self.reference(part)
            for part in parts(written, self.source.written.where(self.name, self.key))
        )

    def reference(self, part: Reference) -> str:
        model = self.source.written
        if part.name == PROJECT_NAME:
            return escape(fill(f"${{{PROJECT_NAME}}}", model.project.environment))
        if part.sign == "+" or "$" in part.word or "}" in part.word:
            shown = f"${{{part.name}{':' * part.colon}{part.sign}{part.word}}}"
            why = f"`docker stack deploy` does not know the form {shown}"
            fix = f"write ${{{part.name}}} or ${{{part.name}:-DEFAULT}}"
            raise refused(model, self.name, self.key, why, fix)
        if part.name in model.project.beside:
            self.told.say(
                f"{part.name} is in .env, which `docker stack deploy` does not read",
                model.where(self.name, self.key),
                fix="give it in the shell: set -a; . ./.env; set +a",
            )
        return f"${{{part.name}{':' * part.colon}{part.sign}{part.word}}}"
