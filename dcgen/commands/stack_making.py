"""The stack of the files that were read, with what lies around it, and how both are written."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from composefile.model import Model
from composefile.project import PROJECT_NAME
from dcgen import output
from dcgen.commands import losses, overlays
from dcgen.reading import Reading
from faults import UserError, all_of
from generator.result import is_generated
from generator.targets.swarm.configs import Beside
from generator.targets.swarm.refusals import checks
from generator.targets.swarm.stack import Choices, Stack, stack
from generator.targets.swarm.variables import Source


def require_apart(reading: Reading, files: Sequence[Path], *, force: bool) -> None:
    """Return if *files*, the stack first, take the place of nothing that was read or made before.

    Raises:
        UserError: They would replace an input; or, without *force*, a variant.
    """
    output.require_apart(files, reading.inputs)
    if not force:
        losses.require_no_changes(files[0])


def stack_of(reading: Reading, target: Path | None, choices: Choices) -> tuple[Stack, str]:
    """Return the stack of what *reading* says, for the file *target*; and the project's name.

    Raises:
        UserError: Something in the files cannot be in a stack; it has all such things.
    """
    overlays.require_sources(reading.sources)
    project = reading.project
    called = project.environment[PROJECT_NAME]
    source = Source(Model(reading.document, project, filled=True), Model(reading.document, project))
    there = target.parent if target else Path()
    moved = Path(os.path.relpath(reading.first.folder, there)).as_posix()
    beside = Beside(called, moved, target.stem if target else "stack")
    try:
        return stack(source, choices, beside), called
    except UserError as error:
        images = (choices.registry, choices.tag)
        raise all_of(error, checks(source, images, choices.port_mode, beside)) from error


def write(files: dict[Path, str], *, force: bool) -> None:
    """Write *files*, the stack first among them; with *force* over what dcgen did not write.

    Raises:
        UserError: See `dcgen.output.publish`.
    """
    target = next(iter(files))
    former = output.head(target) if target.is_file() else ""

    def is_ours(text: str) -> bool:
        # The former stack names the configs that it had by the hash of their text.
        return is_generated(text) or hashlib.sha256(text.encode()).hexdigest()[:8] in former

    # What the stack refers to is there before it.
    output.publish(dict(reversed(files.items())), force=force, is_ours=is_ours)
