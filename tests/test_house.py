"""The rules of the house that no linter knows."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = (
    "advise",
    "ambassador",
    "composefile",
    "dcgen",
    "dockercoins",
    "engine",
    "faults",
    "generator",
    "lb",
)
GENERATED = {".venv", "build", "demo", "dist", "__pycache__", "node_modules"}
NOWHERE_NAMES = {"common", "handler", "helper", "helpers", "manager", "misc", "util", "utils"}


def files(*patterns: str, below: tuple[str, ...] = (".",)) -> list[Path]:
    """Return the project's own files that match one of *patterns*, relative to its root."""
    found = (
        path.relative_to(ROOT) for top in below for p in patterns for path in (ROOT / top).rglob(p)
    )
    return sorted(
        path
        for path in found
        if not GENERATED & set(path.parts)
        and not any(part.startswith(".") or part.endswith(".egg-info") for part in path.parts)
    )


def text(path: Path) -> str:
    return (ROOT / path).read_text()


MODULES = files("*.py")
PAGES = files("*.md")


def test_no_module_has_more_than_300_lines() -> None:
    # Tests are read one at a time, and may be many.
    modules = [module for module in MODULES if module.parts[0] != "tests"]
    lengths = {module: len(text(module).splitlines()) for module in modules}

    assert {module: lines for module, lines in lengths.items() if lines > 300} == {}


def test_every_module_is_named_for_what_it_knows() -> None:
    assert [
        module
        for module in MODULES
        if NOWHERE_NAMES & {part.removesuffix(".py") for part in module.parts}
    ] == []


def test_every_ignored_warning_has_its_reason_beside_it() -> None:
    # "noqa: S701 - not HTML", "type: ignore[arg-type]  # the stub is wrong"; once in a module.
    ignored = re.compile(r"# (?:noqa: |type: ignore\[)([\w-]+)\]?(.*)$", re.MULTILINE)
    unexplained = set()
    for module in MODULES:
        found = ignored.findall(text(module))
        explained = {code for code, reason in found if len(reason.strip()) > 3}
        unexplained |= {(module, code) for code, _ in found if code not in explained}

    assert unexplained == set()


@pytest.mark.parametrize("room", ROOMS)
def test_room_is_packaged_checked_and_explained(room: str) -> None:
    setup = text(Path("setup.cfg"))
    listed = {"wheel": f"\n    {room}*\n", "import rules": f"\n    {room}\n", "mypy": f"{room}"}

    assert [name for name, line in listed.items() if line not in setup] == []
    assert f"| `{room}/` |" in text(Path("ARCHITECTURE.md"))


def test_links_between_pages_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
    code = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
    targets = [
        (page, target) for page in PAGES for target in link.findall(code.sub("", text(page)))
    ]

    assert [
        (page, target) for page, target in targets if not (ROOT / page.parent / target).exists()
    ] == []


def test_every_decision_is_in_the_index() -> None:
    folder = Path("docs/decisions")
    decisions = {path.name for path in (ROOT / folder).glob("*.md")} - {"README.md"}

    assert decisions == set(re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", text(folder / "README.md")))


def test_every_decision_has_a_number_of_its_own_and_says_it() -> None:
    folder = Path("docs/decisions")
    decisions = sorted(path.name for path in (ROOT / folder).glob("[0-9]*.md"))
    numbers = [name[:4] for name in decisions]

    assert numbers == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    assert [
        name for name in decisions if not text(folder / name).startswith(f"# {name[:4]} ")
    ] == []


def test_every_decision_says_what_would_change_our_mind() -> None:
    parts = ("**Context.**", "**Decision.**", "**Cost.**", "**What would change our mind.**")
    decisions = files("[0-9]*.md", below=("docs/decisions",))

    assert {
        decision.name: part
        for decision in decisions
        for part in parts
        if part not in text(decision)
    } == {}


def test_changelog_has_a_place_for_the_next_change() -> None:
    headings = [line for line in text(Path("CHANGELOG.md")).splitlines() if line[:3] == "## "]

    assert headings[0] == "## [Unreleased]"


def test_no_file_names_a_place_on_one_machine() -> None:
    place = re.compile(r"(?<![\w.}])/(home|Users|work)/\w+")
    paths = files("*.py", "*.md", "*.cfg", "*.toml", "*.yml", "*.j2", "Makefile", "Dockerfile")

    assert [path for path in paths if place.search(text(path))] == []
