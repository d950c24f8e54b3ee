"""Compose files as people write them: every format, layout, quote and comment, drawn by hypothesis.

A file is drawn as what it says and how it is laid out, and written line by line; so a test knows
which lines belong to which service, and every comment in it is told from every other.
"""

from typing import Any

from hypothesis import strategies as st

from tests.fuzz.keys import KEYS, NAMES, NETWORKS
from tests.fuzz.pen import File, Layout, Pen

FORMATS = ("current", '"3.8"', "'2.4'", "v1")


def _service(pen: Pen, name: str, earlier: list[str]) -> None:
    layout = pen.file.layout
    base = any("&base" in line for line in pen.file.head)
    column = 0 if pen.file.v1 else layout.step
    if layout.comments and pen.chance(5):
        pen.lines.append(" " * column + pen.comment())
    if pen.chance(12):
        pen.put(column, f'{name}: {{image: alpine:3, expose: ["80"], environment: [A=b]}}')
        return
    if base and pen.chance(10):
        pen.put(column, f"{name}: *base", remark=False)
        return
    pen.put(column, f"{pen.quote(name)}:", remark=False)
    inner = column + layout.step
    if base and pen.chance(3):
        pen.put(inner, "<<: *base")
    images = ["alpine:3", '  "alpine:3"', f"${{I:-{name.lower()}}}"]
    pen.put(inner, f"image: {pen.pick(images)}")
    _body(pen, name, inner, earlier)
    if layout.comments and pen.chance(6):
        pen.lines.append(" " * inner + pen.comment())


def _body(pen: Pen, name: str, inner: int, earlier: list[str]) -> None:
    chosen = pen.draw(st.lists(st.sampled_from(sorted(KEYS)), max_size=6, unique=True))
    if not {"ports", "expose"} & set(chosen) and not pen.chance(4):
        chosen.append(pen.pick(["ports", "expose"]))
    if {"environment", "shared environment"} <= set(chosen):
        chosen.remove("environment")
    for key in chosen:
        KEYS[key](pen, name, inner, earlier)


def _head(pen: Pen) -> None:
    if pen.file.layout.comments and pen.chance():
        pen.lines += [pen.comment(), ""]
    if pen.chance(6):
        pen.lines.append("---")
    if pen.file.v1:
        return
    if pen.file.format != "current":
        pen.put(0, f"version: {pen.file.format}")
    if pen.chance(3):
        pen.put(0, "x-base: &base")
        pen.put(pen.file.layout.step, "image: alpine:3")
        pen.put(pen.file.layout.step, "restart: unless-stopped")
        pen.put(
            pen.file.layout.step, pen.pick(["init: true", 'expose: ["7000"]', "stdin_open: true"])
        )
    pen.put(0, "services:")


def _tail(pen: Pen) -> None:
    if pen.file.layout.comments and pen.chance(4):
        pen.lines.append(pen.comment())
    if not pen.file.v1:
        pen.put(0, "networks:")
        for network in NETWORKS:
            pen.put(pen.file.layout.step, f"{network}: {{}}")
        if pen.file.format == "current" and pen.chance(4):
            pen.put(0, "configs:")
            pen.put(pen.file.layout.step, "motd: {file: ./motd}")
    if pen.chance(8):
        pen.lines.append("...")


@st.composite
def compose_files(draw: Any, formats: tuple[str, ...] = FORMATS) -> File:
    """Draw a Compose file in one of *formats* with two to five services."""
    layout = Layout(
        newline=draw(st.sampled_from(["\n", "\n", "\n", "\r\n"])),
        step=draw(st.sampled_from([2, 4, 3])),
        dash=draw(st.sampled_from([2, 0, 4])),
        gap=draw(st.sampled_from([1, 0, 2])),
        final_newline=draw(st.booleans()),
        comments=draw(st.booleans()),
    )
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
    file = File(draw(st.sampled_from(formats)), layout, names)
    pen = Pen(draw, file)
    _head(pen)
    file.head, pen.lines = pen.lines, []
    for index, name in enumerate(names):
        _service(pen, name, names[:index])
        file.bodies[name], pen.lines = pen.lines + [""] * layout.gap, []
    _tail(pen)
    file.tail = pen.lines
    last = file.tail or file.bodies[names[-1]]
    while not layout.final_newline and not last[-1]:
        last.pop()
    return file
