"""The steps of making a variant, one after another, in whichever file a service stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from composefile.document import Document
from composefile.model import Model
from composefile.origins import remade
from faults import UsageError
from generator.editing.layout import newline_of
from generator.result import CONFIGURATION, Notice, Unproven, Variant, with_header


@dataclass(frozen=True, slots=True)
class Step:
    """One transform of *service*, and the words that say what it did.

    Attributes:
        service: The service.
        transform: Makes a variant of the file.
        done: What it did, in words.
        words: How the command line names the service and its value: ``rng=3``.
        stays: Whether something answers to the name of the service afterwards.
        learn: Lets the services of the first of these files, which does not have the service, find
            it where it is then; the second has it.
    """

    service: str
    transform: Callable[[Model], Variant]
    done: str
    words: str
    stays: bool = True
    learn: Callable[[Model, Model], Variant] | None = None


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
            fix="leave out `--overlay` or `--provider`",
        )


def _included() -> ModuleType:
    from generator import included  # noqa: PLC0415 - few files include others

    return included


def _without_heirs(model: Model, name: str) -> Model:
    if "extends" not in model.document.text:
        return model
    from generator.written_out import without_heirs  # noqa: PLC0415 - few files need it

    return without_heirs(model, name)


def _one(step: Step, model: Model, name: str, texts: Mapping[str, str]) -> Variant:
    def transform(included: Model) -> Variant:
        return _one(step, included, name, texts)

    model = _without_heirs(model, step.service)
    if step.service in model.document or not _included().holds(model, step.service, texts):
        return step.transform(model)
    change = _included().Change(transform, name, step.stays, step.learn)
    found: Variant = _included().change_included(model, step.service, change, texts)
    return found


def transformed(steps: Sequence[Step], model: Model, name: str, *, is_default: bool) -> Variant:
    """Return what *steps*, one after another, make of the file of *model*.

    *name* is that of the file that the variant goes to; what goes beside it is named after it
    unless it *is_default*. Places are those of the lines of *model*.

    Raises:
        UserError: A step refuses.
    """
    files: dict[str, str] = {}
    included: dict[str, str] = {}
    sources: dict[str, Document] = {}
    behind: dict[str, str] = {}
    notices: list[Notice] = []
    unproven: list[Unproven] = []
    first = model.document
    text = with_header(first.text, newline_of(first.text))
    for step in steps:
        variant = _one(step, model, name, included)
        text = variant.text
        files |= variant.files
        included |= variant.included
        behind |= variant.behind
        sources = {**variant.sources, **sources}  # what was there before the first change counts
        unproven += variant.unproven
        notices += [notice for notice in variant.warnings if notice not in notices]
        if step is not steps[-1]:
            model = Model(remade(text, first), model.project)
    made = Variant(text, files, tuple(notices), tuple(unproven), included, sources, behind)
    beside = any(path.endswith(CONFIGURATION) for path in (*files, *included))
    if is_default or not beside:
        return made
    from generator.targets.configurations import named_after  # noqa: PLC0415 - few have files

    return named_after(made, name, first.file)
