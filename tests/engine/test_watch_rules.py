"""Which file asks for what when it changes, by the rules that a Compose file has."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.variant import parse
from engine.watch.rules import Copy, due, rules

SCALED = """\
services:
  rng:
    image: haproxy:3.0
    labels: {dcgen.role: balancer, dcgen.service: rng, dcgen.balances: rng1:80 rng2:80}
  rng1:
    build: ./rng
    labels: {dcgen.role: replica, dcgen.service: rng}
  rng2:
    build: ./rng
    labels: {dcgen.role: replica, dcgen.service: rng}
  worker:
    build: {context: ., dockerfile: worker/Dockerfile}
"""
DEVELOPED = """\
services:
  web:
    build: web
    develop:
      watch:
        - {path: web/static, action: sync, target: /app/static, ignore: [cache/]}
        - {path: web/requirements.txt, action: rebuild}
        - {path: web/app.conf, action: sync+restart, target: /etc/app.conf}
        - {path: web/pages, action: sync, target: /app/pages/, include: ["**/*.html"]}
"""


def _due(folder: Path, text: str, changed: Sequence[str]) -> tuple[list[str], list[Copy]]:
    for name in changed:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    found = due(
        rules(parse(text, folder / "compose.yml")), [(folder / one).resolve() for one in changed]
    )
    return list(found.build), list(found.copies)


@pytest.mark.parametrize(
    ("changed", "built"),
    [
        pytest.param(["rng/rng.py"], ["rng", "worker"], id="in two contexts"),
        pytest.param(["worker/worker.py"], ["worker"], id="in one"),
        pytest.param(["rng.py", "rng/rng.py"], ["rng", "worker"], id="each service once"),
    ],
)
def test_what_it_is_built_from_asks_for_a_build(
    tmp_path: Path, changed: list[str], built: list[str]
) -> None:
    assert _due(tmp_path, SCALED, changed) == (built, [])


@pytest.mark.parametrize(
    ("ignored", "changed", "built"),
    [
        pytest.param("notes", "rng/notes/today", [], id="a folder"),
        pytest.param("notes", "rng/more/notes", ["rng"], id="only at the top"),
        pytest.param("**/notes", "rng/more/notes", [], id="anywhere"),
        pytest.param("*.md\n!README.md", "rng/README.md", ["rng"], id="but for one"),
        pytest.param("# all\n\n./*.md", "rng/a.md", [], id="comments, and a dot"),
    ],
)
def test_what_the_image_does_not_get_asks_for_nothing(
    tmp_path: Path, ignored: str, changed: str, built: list[str]
) -> None:
    (tmp_path / "rng").mkdir()
    (tmp_path / "rng" / ".dockerignore").write_text(ignored)
    alone = SCALED.partition("  worker:")[0]

    assert _due(tmp_path, alone, [changed]) == (built, [])


def test_a_dockerfile_elsewhere_and_further_contexts_belong_to_the_build(tmp_path: Path) -> None:
    text = (
        "services: {web: {build: {context: web, dockerfile: ../docker/web,"
        " additional_contexts: [lib=./lib, more=more, base=docker-image://python:3]}}}"
    )

    assert _due(tmp_path, text, ["docker/web"]) == (["web"], [])
    assert _due(tmp_path, text, ["lib/shared.py"]) == (["web"], [])
    assert _due(tmp_path, text, ["more/shared.py"]) == (["web"], [])
    assert _due(tmp_path, text, ["docker/other"]) == ([], [])


@pytest.mark.parametrize(
    "context", ["https://example.com/web.git", "git@example.com:web.git", "git://example.com/web"]
)
def test_a_context_that_is_elsewhere_is_not_watched(tmp_path: Path, context: str) -> None:
    assert rules(parse(f"services: {{web: {{build: '{context}'}}}}", tmp_path / "c.yml")) == []


@pytest.mark.parametrize(
    ("changed", "built", "copied"),
    [
        pytest.param("web/static/a.css", [], ["/app/static/a.css"], id="copied"),
        pytest.param("web/static/cache/a", [], [], id="ignored"),
        pytest.param("web/requirements.txt", ["web"], [], id="built"),
        pytest.param("web/app.conf", ["web"], [], id="copied and restarted: a new container"),
        pytest.param("web/pages/a/b.html", [], ["/app/pages/a/b.html"], id="included"),
        pytest.param("web/pages/a/b.txt", [], [], id="not included"),
        pytest.param("web/app.py", [], [], id="of no rule, though of the context"),
    ],
)
def test_rules_of_develop_take_the_place_of_the_context(
    tmp_path: Path, changed: str, built: list[str], copied: list[str]
) -> None:
    found = _due(tmp_path, DEVELOPED, [changed])

    assert found == (built, [Copy("web", (tmp_path / changed).resolve(), to) for to in copied])


def test_a_file_that_is_gone_cannot_be_copied(tmp_path: Path) -> None:
    found = due(
        rules(parse(DEVELOPED, tmp_path / "compose.yml")),
        [(tmp_path / "web/static/gone.css").resolve()],
    )

    assert (found.build, found.copies) == (("web",), ())
