"""`dcgen watch`: what is saved on this machine runs in all replicas, and no request is lost."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from dcgen.reporting import INTERRUPTED
from tests.e2e.conftest import NewProject
from tests.e2e.door import DCGEN, dcgen
from tests.e2e.live import Running
from tests.e2e.load import load
from tests.e2e.report import Notebook
from tests.e2e.sources import repetition
from tests.lab.lab import LOCAL, TODAY
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

SOURCE = """\
services:
  web:
    build: web
    ports: ["8001:8080"]
    stop_signal: SIGTERM
"""
# A `sync+restart` ends in a new container, as a `rebuild` does.
RULES = """\
    develop:
      watch:
        - {action: sync+restart, path: web/site/restarting, target: /site/restarting}
        - {action: sync, path: web/site, target: /site, ignore: [restarting]}
        - {action: rebuild, path: web/web.cfg}
"""
DOCKERFILE = """\
FROM haproxy:3.0
COPY web.cfg /web.cfg
CMD ["haproxy", "-W", "-db", "-f", "/web.cfg"]
"""
ANSWERS = """\
global
  fd-hard-limit 500
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend web
  bind :8080
  http-request return status 200 content-type text/plain string {text}
"""


def built(folder: Path) -> None:
    """Write into *folder* what an image is built from that answers `one`."""
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / ".dockerignore").write_text("notes\n")
    (folder / "web.cfg").write_text(ANSWERS.format(text="one"))


def _written(folder: Path) -> Path:
    built(folder / "web")
    source = folder / "compose.yml"
    source.write_text(SOURCE)
    return source


@pytest.mark.parametrize(
    ("host", "words"),
    [
        pytest.param(LOCAL, ["--dynamic"], id="dynamic-engine-20", marks=repetition),
        pytest.param(TODAY, [], id="static-engine-of-today"),
    ],
)
def test_what_is_saved_runs_in_all_replicas_and_no_request_fails(
    new_project: NewProject, host: str, words: list[str], tmp_path: Path, notebook: Notebook
) -> None:
    source, log = _written(tmp_path), tmp_path / "log"
    dcgen("scale", "web", "3", *words, "-f", source)
    one = Running(new_project(host, tmp_path / "generated.yml"))
    with _watching(one, log) as watching:
        _save(one, tmp_path, log, notebook)

    assert watching.returncode == INTERRUPTED
    assert sum(one.project.replicas().values()) == 4


def test_what_the_rules_of_the_file_name_is_copied_or_built_on_all_hosts(
    new_project: NewProject, tmp_path: Path
) -> None:
    source, log = _written(tmp_path), tmp_path / "log"
    source.write_text(SOURCE + RULES)
    page, restarting = (tmp_path / "web" / "site" / name for name in ("page", "restarting"))
    page.parent.mkdir()
    page.write_text("one")
    (tmp_path / "web" / "Dockerfile").write_text(f"{DOCKERFILE}COPY site /site\n")
    dcgen("scale", "web", "2", "-f", source)
    ones = [Running(new_project(name, tmp_path / "generated.yml")) for name in ("node1", "node2")]
    words = [word for one in ones for word in ("--host", one.project.engine.url)]
    with _watching(ones[0], log, *words) as watching, ExitStack() as loads:
        constants = [loads.enter_context(load(one.url())) for one in ones]
        before, made = [constant.who() for constant in constants], _replicas(ones)
        page.write_text("two")
        _await(log, 1)
        copied, pages = _replicas(ones), _pages(ones)
        (tmp_path / "web" / "web.cfg").write_text(ANSWERS.format(text="two"))
        _await(log, 2)
        rebuilt = _replicas(ones)
        restarting.write_text("new")
        _await(log, 3)
        after = [constant.who() for constant in constants]

    assert watching.returncode == INTERRUPTED
    assert (before, after) == ([{"one"}] * 2, [{"two"}] * 2)
    assert (len(made), copied, pages) == (4, made, ["two"] * 4)
    assert not made & rebuilt
    assert not rebuilt & _replicas(ones)
    assert [constant.failed for constant in constants] == [[], []]


def _replicas(ones: list[Running]) -> set[str]:
    there = [(one, container) for one in ones for container in one.project.containers()]
    return {container.id for _, container in there if container.service != "web"}


def _pages(ones: list[Running]) -> list[str]:
    ids = [(one, one_id) for one in ones for one_id in sorted(_replicas([one]))]
    return [one.project.engine.docker(f"exec {one_id} cat /site/page") for one, one_id in ids]


@contextmanager
def _watching(one: Running, log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(DCGEN), "watch", "-f", str(one.project.file), *words]
    env = {**os.environ, **one.env}
    with (
        log.open("w") as out,
        subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True) as begun,
    ):
        try:
            until(lambda: "watching" in log.read_text(), "it watches", 120)
            yield begun
        finally:
            os.killpg(begun.pid, signal.SIGINT)
            begun.wait(30)


def _save(one: Running, folder: Path, log: Path, notebook: Notebook) -> None:
    before = set(one.project.ids().values())
    with load(one.url()) as constant:
        assert constant.who() == {"one"}

        (folder / "web" / "notes").write_text("no part of the image")
        (folder / "web" / "web.cfg").write_text(ANSWERS.format(text="two"))
        _await(log, 1)
        built = set(one.project.ids().values())
        assert constant.who() == {"two"}

        (folder / "compose.yml").write_text(SOURCE + "    environment: [MODE=new]\n")
        _await(log, 2)
        remade = set(one.project.ids().values())
        constant.more(100)

    took = re.findall(r"runs after (.+)", log.read_text())
    notebook.note("a file of the image, saved until all 3 replicas are new", took[0], "")
    notebook.note("the source, saved until all 3 replicas are new", took[1], "")
    notebook.note("requests meanwhile", constant.verdict, "0 failed")
    assert constant.failed == []
    # The balancer stays, and all replicas are others, each time.
    assert len(before & built) == len(built & remade) == len(before & remade) == 1
    assert len(log.read_text().split("changed: ")) == 3
    images = {one.project.engine.docker(f"inspect -f {{{{.Image}}}} {it}") for it in remade - built}
    assert len(images) == 1


def _await(log: Path, times: int) -> None:
    until(
        lambda: len(re.findall("all of it runs", log.read_text())) == times,
        f"change {times} is everywhere; see {log}",
        150,
    )
