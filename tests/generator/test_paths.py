"""Relative paths, when the output is in another folder than the input."""

import pytest

from composefile.document import load
from generator.targets.compose import has_relative_paths, rebase


def moved(line: str) -> str:
    """Return *line* of a service after the file has moved into a folder of its own."""
    text = f"services:\n  rng:\n    {line}\n    image: app\n"
    after = rebase(load(text, "compose.yml"), "../app")
    return after.removeprefix("services:\n  rng:\n    ").removesuffix("\n    image: app\n")


LEFT_ALONE = [
    pytest.param("build: /srv/rng", id="an absolute folder"),
    pytest.param("build: https://example.com/rng.git", id="a URL"),
    pytest.param("build: git@example.com:rng.git", id="a repository"),
    pytest.param("build: github.com/example/rng", id="a repository on GitHub"),
    pytest.param("volumes: ['data:/data']", id="a named volume"),
    pytest.param("volumes: ['/srv:/data']", id="an absolute volume"),
    pytest.param("volumes: ['~/data:/data']", id="a volume in the home folder"),
    pytest.param("volumes: ['${DIR}/data:/data']", id="a volume that the environment knows"),
    pytest.param("volumes: ['/data']", id="an anonymous volume"),
    pytest.param("env_file: ${ENV_FILE}", id="a file that the environment knows"),
    pytest.param("command: ./run", id="a path inside the container"),
    pytest.param("build: {context: /srv, dockerfile: ./x}", id="a Dockerfile, within its context"),
]


@pytest.mark.parametrize("line", LEFT_ALONE)
def test_is_left_alone(line: str) -> None:
    assert moved(line) == line


REWRITTEN = [
    pytest.param("build: rng", "build: ../app/rng", id="a folder"),
    pytest.param("build: ./rng/", "build: ../app/rng/", id="a folder with a slash at its end"),
    pytest.param("build: .", "build: ../app", id="the folder itself"),
    pytest.param("build: ../rng", "build: ../rng", id="a folder beside"),
    pytest.param("build: {context: rng}", "build: {context: ../app/rng}", id="a context"),
    pytest.param("build: 'rng'  # here", "build: '../app/rng'  # here", id="quotes and a comment"),
    pytest.param("volumes: ['./a:/a:ro']", "volumes: ['../app/a:/a:ro']", id="a bind mount"),
    pytest.param(
        "volumes: [{type: bind, source: ./a, target: /a}]",
        "volumes: [{type: bind, source: ../app/a, target: /a}]",
        id="a bind mount in long syntax",
    ),
    pytest.param("env_file: .env", "env_file: ../app/.env", id="env_file"),
    pytest.param("env_file: [a.env, b.env]", "env_file: [../app/a.env, ../app/b.env]", id="two"),
    pytest.param(
        "env_file: [{path: a.env, required: false}]",
        "env_file: [{path: ../app/a.env, required: false}]",
        id="env_file in long syntax",
    ),
    pytest.param("label_file: a.labels", "label_file: ../app/a.labels", id="label_file"),
    pytest.param(
        "extends: {file: base.yml, service: rng}",
        "extends: {file: ../app/base.yml, service: rng}",
        id="extends",
    ),
    pytest.param(
        "build: {context: ., additional_contexts: {base: ./base}}",
        "build: {context: ../app, additional_contexts: {base: ../app/base}}",
        id="additional_contexts",
    ),
    pytest.param(
        "develop: {watch: [{path: ./src, action: sync, target: /src}]}",
        "develop: {watch: [{path: ../app/src, action: sync, target: /src}]}",
        id="develop.watch",
    ),
]


@pytest.mark.parametrize(("line", "expected"), REWRITTEN)
def test_is_pointed_to_the_old_folder(line: str, expected: str) -> None:
    assert moved(line) == expected


TOP = [
    pytest.param("configs:\n  a:\n    file: ./a\n", "file: ../app/a", id="a config"),
    pytest.param("secrets:\n  a:\n    file: ./a\n", "file: ../app/a", id="a secret"),
    pytest.param("include:\n  - other.yml\n", "- ../app/other.yml", id="an included file"),
    pytest.param(
        "include:\n  - path: b.yml\n", "- path: ../app/b.yml", id="include in long syntax"
    ),
    pytest.param("x-a:\n  env_file: a.env\n", "env_file: ../app/a.env", id="a fragment"),
]


@pytest.mark.parametrize(("section", "expected"), TOP)
def test_top_level_is_pointed_to_the_old_folder(section: str, expected: str) -> None:
    text = rebase(load(f"{section}services:\n  a:\n    image: a\n", "compose.yml"), "../app")

    assert expected in text


def test_environment_value_that_looks_like_a_path_stays() -> None:
    text = "services:\n  a:\n    image: a\n    environment:\n      DIR: ./data\n"

    assert rebase(load(text, "compose.yml"), "../app") == text
    assert not has_relative_paths(load(text, "compose.yml"))


def test_path_in_a_shared_mapping_is_pointed_once() -> None:
    text = "x-b: &b\n  build: rng\nservices:\n  a:\n    <<: *b\n  c: *b\n"

    assert rebase(load(text, "compose.yml"), "../app").count("../app/rng") == 1


def test_file_that_is_written_beside_the_variant_is_found_there() -> None:
    text = "services:\n  a:\n    volumes: [./a.haproxy.cfg:/cfg:ro, ./data:/data]\n    image: a\n"

    moved = rebase(load(text, "compose.yml"), "../app", ["a.haproxy.cfg"])

    assert "[./a.haproxy.cfg:/cfg:ro, ../app/data:/data]" in moved
