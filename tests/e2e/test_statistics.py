"""`--stats`: the page and the metrics are where they were asked for, and nowhere else."""

import base64
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.live import TINY, made
from tests.lab.project import Project
from tests.lab.waiting import until

pytestmark = pytest.mark.e2e

SECRET = "secrets:\n  page:\n    environment: PAGE_PASSWORD\n"
PASSWORD = "s3 $cret"


def _project(new_project: NewProject, file: Path, *options: str) -> Project:
    project = new_project("node1", made(file, TINY + SECRET, "scale", "web", "2", *options))
    project.up()
    return project


def _status(url: str, password: str = "") -> int:
    request = Request(url)
    if password:
        token = base64.b64encode(f"admin:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except URLError:
        return 0


def test_unless_an_address_is_named_only_the_host_itself_reaches_the_page(
    new_project: NewProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGE_PASSWORD", PASSWORD)
    project = _project(new_project, tmp_path / "generated.yml", "--stats", "8404")
    web = project.url("web", 8080)
    until(lambda: _status(web) == 200, "web answers")

    assert project.compose("port web 8404").strip() == "127.0.0.1:8404"
    assert _status(f"http://{project.engine.address}:8404/metrics") == 0


def test_page_and_metrics_ask_for_the_password_in_the_secret(
    new_project: NewProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGE_PASSWORD", PASSWORD)
    options = ("--stats", "0.0.0.0:8404", "--stats-secret", "page")
    project = _project(new_project, tmp_path / "generated.yml", *options)
    page = project.url("web", 8404)
    until(lambda: _status(page) > 0, "the page answers")

    for path in ("/", "/metrics"):
        assert _status(page + path) == 401
        assert _status(page + path, "another") == 401
        assert _status(page + path, PASSWORD) == 200
    container = next(one for one in project.containers() if one.service == "web")
    assert PASSWORD not in project.engine.docker("inspect", container.id)
    assert PASSWORD not in project.engine.docker("top", container.id)
    assert PASSWORD not in project.file.read_text()
