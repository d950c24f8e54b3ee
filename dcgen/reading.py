"""Read the Compose files that a command acts on as one document, and say which they were."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from composefile.document import Document, load
from composefile.model import Model
from composefile.naming import named_project
from composefile.project import Project
from dcgen import source
from faults import Place, UserError, printable

_LINE = re.compile(r"# [^\n]*?:(\d+)\n")


@dataclass(frozen=True, slots=True)
class Reading:
    """Several files read as one: the *first*, the *document* that all make, and the *sources*."""

    first: source.Source
    document: Document
    sources: tuple[source.Source, ...]

    @property
    def model(self) -> Model:
        """What the document says, in the folder of the first file."""
        return Model(self.document, Project(self.first.folder))

    @property
    def project(self) -> Project:
        """What lies around them, with the name that they give; variables in it are filled in.

        Raises:
            UserError: A variable in the name has to be set, and is not.
        """
        return named_project(self.first.folder, [self.document])

    @property
    def files(self) -> list[str]:
        """The paths of the files, without standard input."""
        return [str(one.path) for one in self.sources if one.path]

    @property
    def inputs(self) -> list[Path]:
        """The paths of the files, without standard input, and of those that they refer to."""
        found = [one.path for one in self.sources if one.path]
        with contextlib.suppress(UserError):  # it is said where the service is needed
            found += _referred(self.model)
        return found

    @property
    def alone(self) -> bool:
        """Whether it is one file, and none that came from standard input."""
        return len(self.sources) == len(self.files) == 1


def _referred(model: Model) -> Iterator[Path]:
    if "include" in model.document.text:
        from generator.included import files  # noqa: PLC0415 - few files include others

        yield from ((model.project.folder or Path()) / path for path in files(model))
    for name in model.names if "extends" in model.document.text else ():
        base = model.base(name)
        while base:
            yield Path(base[0].document.file)
            base = base[0].base(base[1])


def which(sources: Sequence[source.Source]) -> str:
    """Return the sentence that says which files were read; empty if it is one."""
    names = ", ".join(one.name for one in sources)
    return f"read {printable(names)}" if len(sources) > 1 else ""


def read_all(paths: Sequence[Path | None]) -> Reading:
    """Return the files at *paths* merged in that order; None is standard input.

    Raises:
        UserError: One cannot be read, is no Compose file, or cannot be merged.
    """
    return merged([source.read(path) for path in paths])


def merged(sources: Sequence[source.Source]) -> Reading:
    """Return *sources* merged in their order.

    Raises:
        UserError: One is no Compose file, or cannot be merged.
    """
    first = sources[0]
    document = load(first.text, first.name)
    for other in sources[1:]:
        from generator.merge import merge  # noqa: PLC0415 - few runs need it, each would pay for it

        document = merge(
            document, load(other.text, other.name, fragment=True), Project(first.folder)
        )
    return Reading(first, document, tuple(sources))


def encoded(text: str, file: str) -> bytes:
    """Return *text*, which was made from *file* and has its lines in comments, in UTF-8.

    Raises:
        UserError: It has half a character, as ``U+D800`` is.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        found = _LINE.findall(text[: error.start])
        raise UserError(
            f"{text[error.start : error.end]!r} is half a character, which no file can hold",
            fix="write the whole character in its place",
            where=Place(file, int(found[-1]) if found else 0),
        ) from error
