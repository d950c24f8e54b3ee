"""People read the words of HAProxy's, Compose's and Docker's manuals, and no idiom in their place.

What is looked through: the strings of the rooms (messages, warnings, fixes), every help text, and
the prose of README and docs. Docstrings and comments are for those who change the code.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dcgen.cli import main

ROOT = Path(__file__).parents[1]
ROOMS = ("advise", "ambassador", "composefile", "dcgen", "engine", "faults", "generator", "lb")
# Written by a run: its headings are the names of tests.
GENERATED = {"e2e.md"}
# Idiom to what the manuals say.
IDIOMS = {
    r"nobody|somebody": "nothing listens; someone; no client",
    r"(is|be|being) well": "is healthy",
    r"gets? in": "authenticates",
    r"bears?": "performance and limits",
    r"leads?( \w+)? to|(led|leads?) elsewhere": "forwards to, points to",
    r"speaks? of": "names, reports",
    r"go(es)? on": "continues, keeps running",
    r"no longer counts": "is replaced by",
    r"assigns nothing": "needs HOST:PORT",
    r"look (into|whether)": "read its log, check that",
    r"(correct|restart) it": "the name of the thing",
    r"(is|are) to go": "is to be removed",
    r"(work|works) on what": "until it is idle",
    r"complains?( about)?": "reports",
    r"at fault|to blame": "error in",
    r"is no (number|ambassador|balancer|port|list|mapping|word)": "is not a",
    r"far end": "remote host, upstream",
    r"health question|is asked by": "health check",
    r"silent client": "idle client connection",
    r"former number": "scale: N",
}


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string of a module that is no docstring."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.lineno, node.value


def helps(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """Yield the name and the help of *command*, and of each below it."""
    yield context.command_path, command.get_help(context)
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        below = command.get_command(context, name)
        assert below
        yield from helps(below, click.Context(below, info_name=name, parent=context))


def prose(page: Path) -> str:
    """Return *page* without code and links' targets, as many lines as before."""
    text = re.sub(
        r"^```.*?^```", lambda m: "\n" * m[0].count("\n"), page.read_text(), flags=re.DOTALL | re.M
    )
    return re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", text)


def idioms(text: str) -> list[str]:
    """Return the idioms in *text*, each with what to say instead."""
    return [
        f"{found[0]!r}: say {better!r}"
        for idiom, better in IDIOMS.items()
        if (found := re.search(rf"\b(?:{idiom})\b", text, re.IGNORECASE))
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_messages_use_the_words_of_the_manuals(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {idiom}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, text in strings(path)
        for idiom in idioms(text)
    ]

    assert found == []


def test_helps_use_the_words_of_the_manuals() -> None:
    context = click.Context(main, info_name="dcgen", **main.context_settings)

    texts = dict(helps(main, context))
    assert {"dcgen", "dcgen scale", "dcgen lb drain"} <= texts.keys()
    assert [(name, found) for name, text in texts.items() if (found := idioms(text))] == []


def test_pages_use_the_words_of_the_manuals() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = [
        f"{page.relative_to(ROOT)}:{number}: {idiom}"
        for page in pages
        if page.name not in GENERATED
        for number, line in enumerate(prose(page).splitlines(), 1)
        for idiom in idioms(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "nobody listens at 'h:1'",
        "until it is well",
        "look whether that host answers",
        "postgres is asked by no user, and is no ambassador",
        "port 80 leads to h:80",
    ],
)
def test_an_idiom_is_found(text: str) -> None:
    assert idioms(text)
