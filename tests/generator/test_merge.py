"""Several files merged by dcgen mean what they mean to Compose: its own `config` is the judge."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from composefile.document import load
from composefile.project import Project
from faults import UserError
from generator.merge import merge
from tests.generator.pairs import pair, v1_pair
from tests.lab import composes
from tests.lab.commands import CommandError

MERGES = int(os.environ.get("MERGES", "100"))
SERVICES = 5  # in a pair of files, each of them a merge
ALL = ("--profile", "*")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.env", "b.env"):
        (tmp_path / name).write_text(f"FROM_{name[0].upper()}=1\n")
    return tmp_path


def merged(first: str, second: str, folder: Path) -> str:
    return merge(load(first, "a.yml"), load(second, "b.yml"), Project(folder)).text


def wanted_of(version: str, folder: Path, first: str, second: str) -> dict[str, Any] | None:
    """Return what Compose makes of both files; None if it refuses them."""
    (folder / "a.yml").write_text(first)
    (folder / "b.yml").write_text(second)
    try:
        return composes.config(version, folder, "a.yml", "b.yml", words=ALL)
    except CommandError:
        return None


def compared(version: str, folder: Path, first: str, second: str) -> tuple[Any, Any]:
    """Return what Compose makes of both files, and what it makes of them merged by dcgen."""
    wanted = wanted_of(version, folder, first, second)
    if wanted is None:
        return None, None
    (folder / "merged.yml").write_text(merged(first, second, folder))
    found = composes.config(version, folder, "merged.yml", words=ALL)
    if version == "2.26":
        # It replaces a top-level `x-…`, later ones merge it; nothing that runs depends on it.
        wanted.pop("x-top", None)
        found.pop("x-top", None)
    return wanted, found


@pytest.mark.parametrize("version", composes.COMPOSE_2)
def test_drawn_pairs_of_files_mean_what_they_mean_to_compose(version: str, folder: Path) -> None:
    done = refused = seed = 0
    while done < MERGES:
        drawn = pair(seed, SERVICES)
        wanted, found = compared(version, folder, drawn.first, drawn.second)

        assert found == wanted, f"pair {seed}"
        refused += wanted is None
        done += SERVICES if wanted else 0
        seed += 1
    sys.stdout.write(f"Compose {version}: {done} merges alike, {refused} pairs that it refuses\n")

    assert refused < seed / 2


KINDS = {
    "short and long build": ("build: ./a", "build: {args: {A: b}}"),
    "long and short build": ("build: {context: ./a, args: [A=b]}", "build: ./b"),
    "another logging driver": (
        "logging: {driver: syslog, options: {tag: a}}",
        "logging: {driver: json-file}",
    ),
    "options for the logging driver": (
        "logging: {driver: json-file, options: {max-size: 1m}}",
        'logging: {options: {max-file: "3"}}',
    ),
    "a list and a scalar": ("tmpfs: [/run]", "tmpfs: /tmp"),
    "a scalar and a list": ("dns: 192.0.2.1", "dns: [192.0.2.2, 192.0.2.1]"),
    "two scalars": ("dns_search: a.example", "dns_search: b.example"),
    "a label without a value": ("labels: {l: x}", "labels: {l: }"),
    "a variable without a value": ("environment: {HOME: x}", "environment: [HOME]"),
    "two addresses of one name": ('extra_hosts: ["a:192.0.2.1"]', 'extra_hosts: ["a:192.0.2.2"]'),
    "one address twice": ('extra_hosts: ["a:192.0.2.1"]', "extra_hosts: {a: 192.0.2.1}"),
    "numbers that are words": ("environment: {A: 1.10}", "environment: {B: 1.10, C: 0x1f}"),
    "a list with commas in its words": ("command: [x]", "command: ['a, b', c]"),
    "a mount at the same place": ("volumes: [./a:/d:ro]", "volumes: [{type: tmpfs, target: /d}]"),
    "part of a mapping taken away": ("environment: {A: b, C: d}", "environment: {A: !reset null}"),
    "part of a mapping replaced": (
        "build: {context: ., args: {A: b}}",
        "build: {args: !override {C: d}}",
    ),
    "a list taken away": ('ports: ["80:80"]', "ports: !reset []"),
    "a list replaced": ('ports: ["80:80"]', 'ports: !override ["81:81"]'),
}


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize(
    ("first", "second"), [pytest.param(*KINDS[kind], id=kind) for kind in KINDS]
)
def test_kinds_that_have_a_rule_of_their_own(
    version: str, first: str, second: str, folder: Path
) -> None:
    one, other = (f"services:\n  web:\n    {body}\n" for body in (first, second))

    wanted, found = compared(version, folder, one.replace("web:", "web:\n    image: a"), other)

    assert wanted
    assert found == wanted


TEXTS = {
    "the base changes, and who extends it does not": (
        "services:\n  a: {image: a, ports: ['80']}\n  b: {extends: a, command: b}\n",
        "services:\n  a: {image: c, ports: ['81']}\n",
    ),
    "what is inherited is taken away": (
        "services:\n  a: {image: a, environment: {A: b, C: d}}\n  b: {extends: a}\n",
        "services:\n  b:\n    environment: {A: !reset null}\n",
    ),
    "the later file extends": (
        "services:\n  a: {image: a}\n  b: {image: b, environment: {A: b}}\n",
        "services:\n  a: {environment: {C: d}}\n  b: {extends: a}\n  n: {extends: a, image: n}\n",
    ),
    "an anchor in what changes": (
        "services:\n  a: &a\n    image: a\n    environment: &e {A: b}\n"
        "  b: {<<: *a, image: 'b, c'}\n  c: {image: c, environment: *e}\n",
        "services:\n  a: {environment: {C: d}, command: x}\n",
    ),
    "a service is an alias": (
        "x-a: &a {image: a, environment: {A: b}}\nservices:\n  a: *a\n  b: *a\n",
        "services:\n  a: {environment: {C: d}}\n",
    ),
    "anchors of the later file": (
        "services:\n  a: {image: a}\n",
        "x-e: &e {A: b}\nservices:\n  a: {environment: *e}\n  n: {image: n, environment: *e}\n",
    ),
    "a service is taken away": (
        "services:\n  a: {image: a}\n  b: {image: b}\n",
        "services:\n  b: !reset null\n",
    ),
    "a service is replaced": (
        "services:\n  a: {image: a, command: x}\n  b: {image: b}\n",
        "services:\n  a: !override {image: b}\n",
    ),
    "sections, a name and an include": (
        "name: one\nservices:\n  a: {image: a, volumes: ['v:/v']}\nvolumes:\n  v:\n",
        "name: two\ninclude: [more.yml]\nvolumes:\n  v: {driver: local}\n  w: {}\n"
        "services:\n  a: {volumes: ['w:/w']}\n",
    ),
}


@pytest.mark.parametrize("version", composes.COMPOSE_2)
@pytest.mark.parametrize(
    ("first", "second"), [pytest.param(*TEXTS[kind], id=kind) for kind in TEXTS]
)
def test_files_that_use_what_the_other_changes(
    version: str, first: str, second: str, folder: Path
) -> None:
    (folder / "more.yml").write_text("services:\n  included: {image: i}\n")

    wanted, found = compared(version, folder, first, second)
    for config in (wanted, found):
        config.pop("name")  # given by the test

    assert wanted
    assert found == wanted


def test_a_base_in_another_folder_is_written_out_with_its_own_paths(folder: Path) -> None:
    (folder / "base").mkdir()
    (folder / "base" / "c.yml").write_text(
        "services:\n  a: {build: ./a, volumes: ['./d:/d'], logging: {driver: none}}\n"
    )
    first = "services:\n  a: {extends: {file: base/c.yml, service: a}}\n"
    second = "services:\n  a: {logging: {driver: syslog}}\n"

    wanted, found = compared("2.40", folder, first, second)

    assert wanted
    assert found == wanted


def test_comments_and_quotes_of_what_does_not_change_stay() -> None:
    first = "services:\n  # the web\n  web:\n    image: 'a' # pinned\n    command: x\n"

    text = merged(first, "services: {web: {command: y}}\n", Path())

    assert text == first.replace("command: x", "command: y")


def test_the_v1_format_is_not_merged_with_another() -> None:
    with pytest.raises(UserError, match="v1"):
        merged("web: {image: a}\n", "services: {web: {command: x}}\n", Path())


def test_drawn_pairs_in_the_v1_format_mean_what_they_mean_to_docker_compose(folder: Path) -> None:
    for seed in range(max(MERGES // 20, 5)):
        drawn = v1_pair(seed, SERVICES)
        (folder / "a.yml").write_text(drawn.first)
        (folder / "b.yml").write_text(drawn.second)
        second = load(drawn.second, "b.yml", fragment=True)
        merged = merge(load(drawn.first, "a.yml"), second, Project(folder)).text
        (folder / "merged.yml").write_text(merged)

        wanted = composes.config("1.29", folder, "a.yml", "b.yml")["services"]
        found = composes.config("1.29", folder, "merged.yml")["services"]

        assert _alike(found) == _alike(wanted), f"pair {seed}"


def _alike(services: dict[str, Any]) -> dict[str, Any]:
    """Return *services* as containers get them, whatever the form in which they are shown."""
    return {
        name: {key: _value(key, value) for key, value in body.items()}
        for name, body in services.items()
    }


def _value(key: str, value: Any) -> Any:
    if key == "extra_hosts" and isinstance(value, list):
        return dict(item.split(":", 1) for item in value)
    if key in ("dns", "dns_search") and isinstance(value, list):
        return list(dict.fromkeys(value))
    if isinstance(value, list) and key not in ("command", "entrypoint"):
        return sorted(map(str, value))
    return value
