"""One picture of the terminal: lines of styled text, as many as there is room for."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from dcgen.top import wording
from dcgen.top.braille import Window, ceiling, graph
from dcgen.top.history import History, Series
from dcgen.top.rows import FIGURES, Column, Row, columns, rows
from dcgen.top.view import KEYS, View
from engine.top.samples import Mark, Sample
from faults import printable

SPAN_S = 120.0
AXIS = 7
MARKS_SHOWN = 3
SHORTEST_GRAPH, TALLEST_GRAPH = 4, 12
NARROWEST = 24
ROOM = 1.1  # above the largest value
STYLES = {"line": "bold cyan", "limit": "yellow", "mark": "magenta", "": ""}
FOOT = "q quit  ↑↓ scroll  ←→ graph  / filter  s sort  ? help"


def frame(history: History, view: View, size: tuple[int, int]) -> list[Text]:
    """Return as many lines as *size* has, none wider: columns and lines of a terminal."""
    width, height = max(size[0], NARROWEST), size[1]
    sample = history.latest
    if view.mode == "help":
        lines = _help()
    elif sample is None:
        lines = [Text("looking …", style="dim")]
    else:
        lines = [_title(sample, width), *_top(history, sample, view, (width, height))]
        lines += _table(sample, view, width, height - len(lines) - 1)
    lines = lines[: height - 1]
    lines += [Text()] * (height - 1 - len(lines))
    lines.append(_foot(view, width))
    for line in lines:
        line.no_wrap, line.overflow = True, "crop"
        line.truncate(size[0])
    return lines


def _title(sample: Sample, width: int) -> Text:
    clock = wording.clock(sample.at_s)
    where = f"{len(sample.hosts)} hosts" if len(sample.hosts) > 1 else ""
    left = f"dcgen top  {printable(sample.file)}  {where}"
    return Text(set_cell_size(left, width - len(clock) - 1) + " " + clock, style="bold")


def _top(history: History, sample: Sample, view: View, size: tuple[int, int]) -> Iterator[Text]:
    for problem in sample.problems[:MARKS_SHOWN]:
        yield Text(f"! {wording.problem(problem, sample.hosts)}", style="bold red")
    series = history.series()
    if series:
        yield from _graph(series[view.series % len(series)], history.marks, sample, size)
    marks = [mark for mark in history.marks if sample.at_s - mark.at_s <= SPAN_S]
    for mark in marks[-MARKS_SHOWN:]:
        words = f"{wording.clock(mark.at_s)} {wording.mark(mark, sample.hosts)}"
        yield Text.assemble(("▲ ", "magenta"), words)


def _graph(
    series: Series, marks: Sequence[Mark], sample: Sample, size: tuple[int, int]
) -> Iterator[Text]:
    width, height = size[0] - AXIS, size[1] // 3
    if height < SHORTEST_GRAPH:
        return
    points = [point for point in series.points if sample.at_s - point[0] <= SPAN_S]
    known = [number for _, *numbers in points for number in numbers if number is not None]
    window = Window(sample.at_s - SPAN_S, sample.at_s, ceiling(ROOM * max([*known, 0.0])))
    yield _heading(series)
    lines = graph(
        [(at_s, value) for at_s, value, _ in points],
        (width, min(height, TALLEST_GRAPH)),
        window,
        [(at_s, limit) for at_s, _, limit in points],
        [mark.at_s for mark in marks if mark.at_s >= window.begin_s],
    )
    for number, runs in enumerate(lines):
        axis = {0: f"{window.top:g}", len(lines) - 1: "0"}.get(number, "")
        yield Text.assemble(
            (f"{axis:>{AXIS - 1}} ", "dim"), *((text, STYLES[kind]) for text, kind in runs)
        )
    yield Text(f"{'':{AXIS}}{'2 min ago':<{width - 3}}now", style="dim")


def _heading(series: Series) -> Text:
    _, now, limit = series.points[-1]
    text = Text.assemble(
        (printable(series.service), "bold"), f"  {wording.rate(now)} {series.what}"
    )
    if limit is not None:
        text.append(f"  limit {wording.rate(limit)} ┈┈", style=STYLES["limit"])
    return text


def _table(sample: Sample, view: View, width: int, places: int) -> Iterator[Text]:
    found = rows(sample, sort=view.sort, words=view.words)
    chosen = columns(width, sample.hosts)
    view.fit(len(found), places - 1)
    yield Text(" ".join(_cell(column, column.title) for column in chosen), style="bold reverse")
    if not found:
        yield Text(f"no service is called like {printable(view.words)!r}", style="dim")
    for row in found[view.first : view.first + max(places - 1, 0)]:
        yield _row(row, chosen)


def _row(row: Row, chosen: Sequence[Column]) -> Text:
    text = Text(style="" if row.member else "bold")
    for number, column in enumerate(chosen):
        wrong = column.title == "HEALTH" and not row.is_well
        text.append(" " * bool(number) + _cell(column, column.text(row)), "red" if wrong else None)
    return text


def _cell(column: Column, text: str) -> str:
    if column in FIGURES:
        text = text.rjust(column.width)
    elif cell_len(text) > column.width:
        text = set_cell_size(text, column.width - 1) + "…"
    return set_cell_size(text, column.width)


def _foot(view: View, width: int) -> Text:
    if view.mode == "filter":
        return Text(f"/{printable(view.words)}▏", style="bold")
    chosen = [f"sort: {view.sort}"] if view.sort != "file" else []
    chosen += [f"/{printable(view.words)}"] if view.words else []
    return Text(set_cell_size("  ".join([*chosen, FOOT]), width), style="dim")


def _help() -> list[Text]:
    lines = [Text("dcgen top: keys", style="bold"), Text()]
    lines += [Text.assemble((f"  {key:8}", "bold"), words) for key, words in KEYS]
    return [
        *lines,
        Text(),
        Text("REQ/S, QUEUE, LATENCY: as HAProxy counts them.", style="dim"),
        Text("UNITS/S: what log lines say (label dcgen.count).", style="dim"),
        Text("┈ limit (--limit)   ▲ ┊ something changed", style="dim"),
    ]
