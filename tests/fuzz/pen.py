"""How one Compose file is written: a pen that asks hypothesis wherever a person would choose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


@dataclass(frozen=True)
class Layout:
    """How a drawn file is laid out."""

    newline: str
    step: int
    dash: int
    gap: int
    final_newline: bool
    comments: bool


@dataclass
class File:
    """A drawn file: *text*, the lines of each service, its *comments*, and what it declares."""

    format: str
    layout: Layout
    names: list[str]
    head: list[str] = field(default_factory=list)
    bodies: dict[str, list[str]] = field(default_factory=dict)
    tail: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)

    @property
    def v1(self) -> bool:
        """Whether the file has no `services:`."""
        return self.format == "v1"

    @property
    def text(self) -> str:
        """The file as it is read."""
        lines = [*self.head, *(line for body in self.bodies.values() for line in body), *self.tail]
        text = "".join(line + self.layout.newline for line in lines)
        return text if self.layout.final_newline else text.removesuffix(self.layout.newline)

    def outside(self, name: str) -> list[str]:
        """Return the lines that are not those of service *name*."""
        bodies = [line for key, body in self.bodies.items() if key != name for line in body]
        return [*self.head, *bodies, *self.tail]

    def __repr__(self) -> str:
        return f"File of the services {self.names}:\n{self.text}"


class Pen:
    """Writes one file, asking *draw* wherever a person would choose."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], file: File) -> None:
        self.draw = draw
        self.file = file
        self.lines: list[str] = []

    def chance(self, of: int = 2) -> bool:
        return self.draw(st.integers(0, of - 1)) == of - 1

    def pick(self, options: tuple[T, ...] | list[T]) -> T:
        chosen: T = self.draw(st.sampled_from(options))
        return chosen

    def comment(self) -> str:
        text = f"# note {len(self.file.comments)}" + self.pick(
            ["", ": it's", ' "so" # too', " é\t"]
        )
        self.file.comments.append(text.rstrip())
        return text.rstrip()

    def put(self, column: int, text: str, *, remark: bool = True) -> None:
        """Write a line, sometimes with a comment above it or behind it."""
        if remark and self.file.layout.comments and self.chance(8):
            self.lines.append(" " * column + self.comment())
        tail = ""
        if remark and self.file.layout.comments and self.chance(8):
            tail = self.pick([" ", "   "]) + self.comment()
        self.lines.append(" " * column + text + tail)

    def quote(self, text: str, *, plain: bool = True) -> str:
        styles = [f'"{text}"', f"'{text}'", *([text] if plain else [])]
        return self.pick(styles)

    def entries(self, key: str, column: int, values: dict[str, str], *, anchor: str = "") -> None:
        if self.chance(5):
            inner = ", ".join(f"{name}: {value or 'null'}" for name, value in values.items())
            self.put(column, f"{key}:{anchor} {{{inner}}}")
            return
        self.put(column, f"{key}:{anchor}")
        for name, value in values.items():
            self.put(column + self.file.layout.step, f"{name}: {value}".rstrip())

    def items(self, key: str, column: int, values: list[str], *, anchor: str = "") -> None:
        if self.chance(4):
            self.put(column, f"{key}:{anchor} [{', '.join(values)}]")
            return
        self.put(column, f"{key}:{anchor}")
        for value in values:
            self.put(column + self.file.layout.dash, f"- {value}")
