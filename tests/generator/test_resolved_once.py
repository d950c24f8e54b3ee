"""Who looks the name of a service up once, and may go on to the address of a replica later."""

from pathlib import Path

import pytest

from tests.generator.compose import balanced, scale

SAID = "looks 'rng' up once, when it starts: an address from before may be a replica's later"
RNG = "image: app\nexpose: [80]\n"
CONF = "server { location / { proxy_pass http://rng:80; } }\n"


def told(front: str, folder: Path, files: dict[str, str]) -> list[str]:
    source = balanced(RNG, f"front: {front}\n")
    made = scale(source, folder=folder, files=files, unread=True)
    return [warning for warning in made.warnings if "looks" in warning]


ONCE = [
    pytest.param("{image: 'nginx:1.27', depends_on: [rng]}", {}, "nginx", id="it waits for it"),
    pytest.param("{image: varnish, environment: {HOST: rng}}", {}, "varnish", id="a variable"),
    pytest.param(
        "{image: nginxinc/nginx-unprivileged, volumes: ['./a.conf:/etc/nginx/conf.d/a.conf:ro']}",
        {"a.conf": CONF},
        "nginx-unprivileged",
        id="a mounted configuration",
    ),
    pytest.param(
        "{build: front, depends_on: [rng]}",
        {"front/Dockerfile": "FROM httpd:2.4\nCOPY a /a\n"},
        "httpd",
        id="what its image is built on",
    ),
]


@pytest.mark.parametrize(("front", "files", "program"), ONCE)
def test_is_said(tmp_path: Path, front: str, files: dict[str, str], program: str) -> None:
    (warning,) = told(front, tmp_path, files)

    assert warning == f"compose.yml:12: 'front' runs {program}, which {SAID}"


NOT_SAID = [
    pytest.param("{image: nginx}", {}, id="one that has nothing to do with it"),
    pytest.param("{image: traefik, depends_on: [rng]}", {}, id="one that asks again"),
    pytest.param("{image: php-app, depends_on: [rng]}", {}, id="any other program"),
]


@pytest.mark.parametrize(("front", "files"), NOT_SAID)
def test_is_not_said(tmp_path: Path, front: str, files: dict[str, str]) -> None:
    assert told(front, tmp_path, files) == []


def test_is_said_once_and_not_for_every_number() -> None:
    front = "front:\n  image: nginx\n  depends_on: [rng]\n"
    once = scale(balanced(RNG, front))

    assert [w for w in scale(once.variant.text, n=3).warnings if "looks" in w] == []
