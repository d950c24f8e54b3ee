"""The steps of making a variant, one after another, in whichever file a service stands."""

import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

from composefile.document import Document, load
from composefile.model import Model
from faults import Place, UsageError, UserError
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
        return _changed(step, included, included.document, name, texts)

    if step.service in model.document or not _included().holds(model, step.service, texts):
        return step.transform(model)
    change = _included().Change(transform, name, step.stays, step.learn)
    found: Variant = _included().change_included(model, step.service, change, texts)
    return found


class _Lines:
    """Which line of *before*, the text of *file*, each line of *after* was."""

    def __init__(self, file: str, before: str, after: str) -> None:
        self._file = file
        from difflib import SequenceMatcher  # noqa: PLC0415 - few runs need it

        matcher = SequenceMatcher(None, before.split("\n"), after.split("\n"))
        self._blocks = [(block.b, block.a, block.size) for block in matcher.get_matching_blocks()]

    def place(self, place: Place | None) -> Place | None:
        """Return *place* of the text after in the text before; its file if it was not there."""
        if place is None or not place.line or place.file != self._file:
            return place
        at = bisect.bisect_right(self._blocks, (place.line - 1, float("inf"))) - 1
        start, former, size = self._blocks[max(at, 0)]
        is_old = 0 <= place.line - 1 - start < size
        return replace(place, line=former + place.line - start if is_old else 0)

    def notice(self, notice: Notice) -> Notice:
        """Return *notice* with its place in the text before."""
        return replace(notice, where=self.place(notice.where))


def _changed(
    step: Step, model: Model, first: Document, name: str, texts: Mapping[str, str]
) -> Variant:
    """Return what *step* makes of *model*; what it says is of the lines of the *first* document."""
    model = _without_heirs(model, step.service)
    if model.document is first:
        return _one(step, model, name, texts)
    lines = _Lines(first.file, first.text, model.document.text)
    try:
        variant = _one(step, model, name, texts)
    except UserError as error:
        error.where = lines.place(error.where)
        raise
    return replace(variant, warnings=tuple(map(lines.notice, variant.warnings)))


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
        variant = _changed(step, model, first, name, included)
        text = variant.text
        files |= variant.files
        included |= variant.included
        behind |= variant.behind
        sources = {**variant.sources, **sources}  # what was there before the first change counts
        unproven += variant.unproven
        notices += [notice for notice in variant.warnings if notice not in notices]
        if step is not steps[-1]:
            model = Model(load(text, model.document.file), model.project)
    made = Variant(text, files, tuple(notices), tuple(unproven), included, sources, behind)
    beside = any(path.endswith(CONFIGURATION) for path in (*files, *included))
    if is_default or not beside:
        return made
    from generator.targets.configurations import named_after  # noqa: PLC0415 - few have files

    return named_after(made, name, first.file)
