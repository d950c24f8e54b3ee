"""A Compose file is read with its merges, its variables and its lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.variant import Variant, parse
from faults import Place, UserError

Write = Callable[[str], Variant]


def test_merge_keys_are_resolved(variant: Write) -> None:
    text = "x-a: &a {restart: always}\nservices:\n  rng: {<<: *a, image: redis}\n"

    assert variant(text).services["rng"].keys == {"restart": "always", "image": "redis"}


def test_an_alias_of_a_whole_service_is_that_service_again(variant: Write) -> None:
    found = variant("services:\n  one: &one {image: redis}\n  two: *one\n")

    assert found.services["two"].keys == {"image": "redis"}


def test_variables_are_filled_in_everywhere(
    variant: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHED", "8001")
    found = variant('services:\n  rng: {image: redis, ports: ["${PUBLISHED}:80"]}\n')

    assert found.services["rng"].keys["ports"] == ["8001:80"]


def test_a_file_without_services_key_is_in_the_first_format(variant: Write) -> None:
    found = variant("rng:\n  image: redis\n")

    assert (found.v1, list(found.services)) == (True, ["rng"])


def test_services_of_an_inactive_profile_are_left_out(
    variant: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "services:\n  a: {image: redis}\n  b: {image: redis, profiles: [debug]}\n"

    assert list(variant(text).services) == ["a"]
    monkeypatch.setenv("COMPOSE_PROFILES", "debug")
    assert list(variant(text).services) == ["a", "b"]


def test_an_item_of_a_list_has_its_own_line(variant: Write) -> None:
    service = variant('services:\n  a:\n    ports:\n      - "80"\n      - "81"\n').services["a"]

    assert [service.where(k).line for k in ("ports.1", "ports", "image")] == [5, 3, 2]


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param("{dcgen.role: balancer}", id="map"),
        pytest.param("[dcgen.role=balancer]", id="list"),
    ],
)
def test_labels_are_read_in_both_forms(labels: str, variant: Write) -> None:
    service = variant(f"services:\n  a: {{image: x, labels: {labels}}}\n").services["a"]

    assert service.identity.role == "balancer"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("services:\n  a: [\n", "c.yml:3", id="not YAML"),
        pytest.param(
            "services:\n  a: {x: 1}\n  a: {x: 2}\n",
            "the key 'a' appears twice",
            id="a key twice",
        ),
        pytest.param(
            "services: {a: {image: x}}\nservcies: {}\n",
            "c.yml:2: 'servcies' is not a top-level key",
            id="a misspelled section",
        ),
        pytest.param(
            "services:\n  a: {image: '${A:?who}'}\n",
            "c.yml:2: variable 'A' is not set: who",
            id="a variable that must be set",
        ),
        pytest.param(
            "services:\n  a: {extends: b}\n",
            "c.yml:2: service 'a' extends 'b', which is not in 'c.yml'",
            id="nobody to extend",
        ),
        pytest.param("- a\n", "not a Compose file", id="a list"),
        pytest.param("services: {}\n", "`services:` is empty", id="nothing in it"),
        pytest.param("services:\n  a:\n", "c.yml:2: service 'a' is empty", id="null"),
    ],
)
def test_what_is_no_compose_file_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse(text, Path("c.yml"))


def test_scalars_are_the_text_that_compose_makes_of_them(variant: Write) -> None:
    text = "services:\n  a: {image: x, init: True, environment: {A: 1.10, B: '1.10', C: 0x10}}\n"
    service = variant(text).services["a"]

    assert service.keys["init"] == "true"
    assert service.pairs("environment") == {"A": "1.1", "B": "1.10", "C": "16"}


def test_what_a_service_extends_is_merged_and_keeps_its_place(
    variant: Write, tmp_path: Path
) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "b.yml").write_text(BASE)
    (tmp_path / ".env").write_text("A=top\n")
    found = variant(HEIR).services["web"]

    assert found.keys == {
        "build": {"context": "./base/app", "target": "small"},
        "command": ["b"],
        "environment": {"A": "top", "B": "2"},
        "ports": ["80:80", "81:81"],
        "env_file": ["./base/a.env", "b.env"],
        "volumes": ["./e:/d"],
        "restart": "always",
    }
    places = [found.where(key) for key in ("ports.0", "ports.1", "restart", "nothing")]
    assert [(Path(place.file).name, place.line) for place in places] == [
        ("b.yml", 6),
        ("compose.yml", 5),
        ("b.yml", 10),
        ("compose.yml", 2),
    ]


BASE = """\
services:
  base:
    build: app
    command: [a]
    environment: ["A=${A}", "B=1"]
    ports: ["80:80"]
    env_file: a.env
    volumes: ["./d:/d"]
    profiles: !reset null
    restart: always
"""
HEIR = """\
services:
  web:
    extends: {file: base/b.yml, service: base}
    command: [b]
    ports: ["81:81"]
    build: {target: small}
    environment: {B: 2}
    env_file: [b.env]
    volumes: ["./e:/d"]
"""


def test_variables_of_a_file_that_is_extended_are_those_of_the_first(
    variant: Write, tmp_path: Path
) -> None:
    for folder, value in ((tmp_path, "top"), (tmp_path / "base", "lower")):
        folder.mkdir(exist_ok=True)
        (folder / ".env").write_text(f"A={value}\n")
    (tmp_path / "base" / "b.yml").write_text(BASE)

    assert variant(HEIR).services["web"].pairs("environment")["A"] == "top"


def test_a_file_on_top_of_another_is_merged_as_compose_does() -> None:
    first = "services:\n  a: {image: x, ports: ['80:80'], labels: {a: 1, b: 1}, command: x y}\n"
    second = (
        "services:\n  a:\n    labels: [b=2]\n    command: !reset null\n    ports: ['81:81']\n"
        "  b: {image: y}\nconfigs: {c: {content: hello}}\n"
    )
    found = parse(first, Path("a.yml"), (second, Path("sub/b.yml")))

    assert {name: service.keys for name, service in found.services.items()} == {
        "a": {"image": "x", "ports": ["80:80", "81:81"], "labels": {"a": "1", "b": "2"}},
        "b": {"image": "y"},
    }
    assert (found.configs, found.services["b"].folder) == ({"c": "hello"}, Path())
    lines = [found.services["a"].where(f"ports.{index}") for index in (0, 1)]
    assert [str(line) for line in lines] == ["a.yml:2", "sub/b.yml:5"]


def test_a_file_in_the_first_format_takes_no_other_on_top() -> None:
    other = ("services: {a: {image: y}}", Path("b.yml"))

    with pytest.raises(UserError, match=r"a.yml:1: a file in the v1 format cannot be merged"):
        parse("a: {image: x}\n", Path("a.yml"), other)


@pytest.fixture
def included(tmp_path: Path) -> Path:
    """Write what Docker Compose 2.26.1 was asked about, and return the folder."""
    files = {
        ".env": "A=top\nB=top\n",
        "sub/.env": "A=sub\nC=sub\n",
        "sub/b.yml": "services:\n  db: {image: 'd:$A-$B-$C', build: x, env_file: e.env}\n",
        "sub/c.yml": "services:\n  db: {command: y}\n",
    }
    (tmp_path / "sub").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_services_of_an_included_file_run_with_paths_from_its_folder(included: Path) -> None:
    found = parse("include: [sub/b.yml]\nservices: {web: {image: w}}\n", included / "a.yml")

    assert list(found.services) == ["db", "web"]
    assert found.services["db"].keys == {
        "image": "d:top-top-sub",
        "build": "./sub/x",
        "env_file": "./sub/e.env",
    }
    assert found.services["db"].where("build") == Place(str(included / "sub/b.yml"), 2)


def test_an_entry_of_include_may_name_files_folder_and_variables(included: Path) -> None:
    text = "include: [{path: [sub/b.yml, sub/c.yml], project_directory: ., env_file: sub/.env}]\n"
    found = parse(text, included / "a.yml")

    assert found.services["db"].keys == {
        "image": "d:top-top-sub",
        "build": "./x",
        "env_file": "./e.env",
        "command": "y",
    }


def test_a_second_file_changes_what_the_first_includes(included: Path) -> None:
    second = ("services: {db: {command: z}}\n", included / "o.yml")
    found = parse("include: [sub/b.yml]\n", included / "a.yml", second)

    assert found.services["db"].keys["command"] == "z"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "include: [sub/b.yml]\nservices: {db: {image: w}}\n",
            "b.yml:2: service 'db' is in '.*a.yml', too",
            id="one name twice",
        ),
        pytest.param(
            "include:\n  - none.yml\n",
            "a.yml:2: the included file 'none.yml' cannot be read",
            id="no such file",
        ),
        pytest.param("include: [a.yml]\n", "include each other", id="a circle"),
        pytest.param(
            "include: sub/b.yml\nservices: {a: {image: x}}\n",
            "a.yml:1: `include` is not a list",
            id="no list",
        ),
    ],
)
def test_what_cannot_be_included_is_refused(text: str, message: str, included: Path) -> None:
    (included / "a.yml").write_text(text)

    with pytest.raises(UserError, match=message):
        parse(text, included / "a.yml")


def test_tags_inside_a_value_take_away_what_they_stand_for() -> None:
    # Docker Compose 2.26.1, `config`.
    first = (
        "services:\n  a:\n    image: x\n    environment: {A: 1, B: 1}\n"
        "    build: {context: app, args: {C: 1}}\n"
    )
    second = (
        "services:\n  a:\n    environment: {A: !reset null, D: 1}\n"
        "    build: {args: !override {E: 1}}\n"
    )
    found = parse(first, Path("a.yml"), (second, Path("b.yml"))).services["a"]

    assert found.keys["environment"] == {"B": "1", "D": "1"}
    assert found.keys["build"] == {"context": "app", "args": {"E": "1"}}
