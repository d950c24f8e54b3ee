"""The steps of making a variant, one after another, in whichever file a service stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from composefile.document import load
from composefile.model import Model
from faults import UsageError
from generator.result import Notice, Unproven, Variant


@dataclass(frozen=True, slots=True)
class Step:
    """One transform of *service*, and the words that say what it did.

    *stays* tells whether something answers to the name of the service afterwards.
    """

    service: str
    transform: Callable[[Model], Variant]
    done: str
    stays: bool = True


def require_service(step: Step, model: Model, *, alone: bool, on_top: bool) -> None:
    """See that *model* has the service of *step*, or a file that it includes.

    Raises:
        UserError: Neither has, or the variant is to have this service *alone*.
        UsageError: An included file has, and the variant is to be put *on_top*.
    """
    known = alone or step.service in model.document
    if known or not _included().holds(model, step.service, {}):
        model.document.service(step.service)
    elif on_top:
        raise UsageError(
            f"{step.service!r} is defined by an included file, which an overlay cannot change",
            fix="leave out `--overlay`",
        )


def _included() -> ModuleType:
    from generator import included  # noqa: PLC0415 - few files include others

    return included


def _one(step: Step, model: Model, name: str, texts: Mapping[str, str]) -> Variant:
    if step.service in model.document:
        return step.transform(model)
    change = _included().Change(step.transform, name, step.stays)
    found: Variant = _included().change_included(model, step.service, change, texts)
    return found


def transformed(steps: list[Step], model: Model, name: str) -> Variant:
    """Return what *steps*, one after another, make of the file of *model*.

    *name* is that of the file that the variant goes to.

    Raises:
        UserError: A step refuses.
    """
    files: dict[str, str] = {}
    included: dict[str, str] = {}
    notices: list[Notice] = []
    unproven: list[Unproven] = []
    text = model.document.text
    for step in steps:
        variant = _one(step, model, name, included)
        text = variant.text
        files |= variant.files
        included |= variant.included
        unproven += variant.unproven
        notices += [notice for notice in variant.warnings if notice not in notices]
        if step is not steps[-1]:
            model = Model(load(text, model.document.file), model.project)
    return Variant(text, files, tuple(notices), tuple(unproven), included)
