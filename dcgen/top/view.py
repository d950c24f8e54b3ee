"""What a person has chosen to see, and how each key changes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from dcgen.top.rows import SORTS, Sort

Key = str
Mode = Literal["table", "filter", "help"]
UP, DOWN, LEFT, RIGHT = "up", "down", "left", "right"
PAGE_UP, PAGE_DOWN, HOME, END = "page up", "page down", "home", "end"
ENTER, ESCAPE, BACKSPACE = "enter", "escape", "backspace"
PAGE = 10
KEYS = (
    ("q", "quit"),
    ("↑ ↓", "scroll; also j, k, page up, page down, home, end"),
    ("← →", "another service in the graph; also h, l"),
    ("/", "filter by name; Enter keeps it, Esc takes it away"),
    ("s", "sort: file, name, requests, latency, CPU, memory"),
    ("?", "this help; any key leaves it"),
)
_SCROLL = {UP: -1, "k": -1, DOWN: 1, "j": 1, PAGE_UP: -PAGE, PAGE_DOWN: PAGE, " ": PAGE}
_TURN = {LEFT: -1, "h": -1, RIGHT: 1, "l": 1}


@dataclass(slots=True)
class View:
    """What is shown.

    Attributes:
        mode: The table, a filter that is being typed, or the help.
        first: The first row of the table that is seen, from 0.
        series: Which series the graph shows; they are counted round and round.
        words: What the filter asks for.
        sort: What the rows are sorted by.
        over: Whether that is all.
    """

    mode: Mode = "table"
    first: int = 0
    series: int = 0
    words: str = ""
    sort: Sort = "file"
    over: bool = False

    def press(self, key: Key) -> None:
        """Do what *key* asks for: a printable character, or the name of a key."""
        {"table": self._in_table, "filter": self._in_filter, "help": self._in_help}[self.mode](key)

    def fit(self, rows: int, places: int) -> None:
        """Scroll no further than *rows* rows go, of which *places* can be seen."""
        self.first = max(0, min(self.first, rows - places))

    def _in_table(self, key: Key) -> None:
        self.first = max(0, self.first + _SCROLL.get(key, 0))
        self.series += _TURN.get(key, 0)
        actions: dict[Key, Callable[[], None]] = {
            "q": self._end,
            "/": self._type,
            "?": self._help,
            "s": self._next_sort,
            HOME: self._home,
            END: self._last,
            ESCAPE: self._clear,
        }
        if key in actions:
            actions[key]()

    def _in_filter(self, key: Key) -> None:
        if key == ENTER:
            self.mode = "table"
        elif key == ESCAPE:
            self.mode = "table"
            self.words = ""
        elif key == BACKSPACE:
            self.words = self.words[:-1]
        elif len(key) == 1 and key.isprintable():
            self.words += key
        self.first = 0

    def _in_help(self, key: Key) -> None:
        self.mode = "table"
        self.over = key == "q"

    def _end(self) -> None:
        self.over = True

    def _type(self) -> None:
        self.mode = "filter"

    def _help(self) -> None:
        self.mode = "help"

    def _next_sort(self) -> None:
        self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]

    def _home(self) -> None:
        self.first = 0

    def _last(self) -> None:
        self.first = 1_000_000

    def _clear(self) -> None:
        self.words = ""
