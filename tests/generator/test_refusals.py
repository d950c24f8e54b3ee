"""What cannot be done: one error that names the line, the fact and the way out."""

import pytest

from composefile.document import load
from faults import UserError
from tests.generator.compose import ambassador, balanced, document, extra_hosts, refusal, scale

NO_FILE = [
    pytest.param("", "c.yml: not a Compose file: it holds nothing", id="an empty file"),
    pytest.param("# only\n", "c.yml: not a Compose file: it holds nothing", id="only a comment"),
    pytest.param("- a\n", "c.yml:1: not a Compose file: it holds no mapping", id="a list"),
    pytest.param("a word", "c.yml:1: not a Compose file: it holds no mapping", id="a word"),
    pytest.param("a: [1\n", "c.yml:2: not YAML: while parsing a flow", id="a bracket too few"),
    pytest.param("services:\n\ta:\n", "c.yml:2: not YAML: while scanning", id="a tab that indents"),
    pytest.param("services:\n", "c.yml:1: `services:` is empty", id="no service"),
    pytest.param("services: []\n", "c.yml:1: `services:` is empty", id="a list of services"),
    pytest.param(
        "services: {a: {image: a}}\nservces: 1\n",
        "c.yml:2: 'servces' is not a top-level key of a Compose file\n"
        "fix: did you mean 'services'?",
        id="a misspelt key at the top",
    ),
    pytest.param(
        "version: '3'\nweb:\n  image: a\n",
        "c.yml:1: the file has 'version' at its top but no `services:`",
        id="services that were forgotten",
    ),
    pytest.param(
        "web:\n  restart: always\n",
        "c.yml:1: not a Compose file: 'web' has no `image:` and no `build:`",
        id="no image and no build at the top",
    ),
    pytest.param(
        "services: {a: {image: a}}\n---\nservices: {}\n",
        "c.yml:2: the file holds several YAML documents; Compose reads one",
        id="two documents",
    ),
    pytest.param(
        "services:\n  a:\n    image: a\n    image: b\n",
        "c.yml:4: the key 'image' appears twice in one mapping",
        id="a key that stands twice",
    ),
    pytest.param(
        "services:\n  a:\n    image: *none\n",
        "c.yml:3: no anchor named 'none'",
        id="no such anchor",
    ),
    pytest.param(
        "services:\n  a: &a\n    image: a\n    x: *a\n",
        "c.yml:4: the anchor 'a' contains itself",
        id="an anchor in itself",
    ),
    pytest.param(
        "services:\n  ? [a]\n  : {image: a}\n",
        "c.yml:2: a key is not a scalar",
        id="a list as a key",
    ),
    pytest.param(
        "x: " + "[" * 70 + "]" * 70 + "\n",
        "c.yml:1: the nesting is deeper than 64",
        id="deep nesting",
    ),
    pytest.param(
        "services:\n  a: \x01\n", "c.yml:2: not YAML: the character", id="a control character"
    ),
]


@pytest.mark.parametrize(("text", "message"), NO_FILE)
def test_is_no_compose_file(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        load(text, "c.yml")

    assert str(caught.value).startswith(message)


SERVICES = [
    pytest.param(
        "rgn", "1: no service named 'rgn' / fix: did you mean 'rng'?", id="a misspelt name"
    ),
    pytest.param(
        "database",
        "1: no service named 'database' / fix: choose one of: worker, rng, redis",
        id="another name",
    ),
]


@pytest.mark.parametrize(("name", "message"), SERVICES)
@pytest.mark.parametrize("command", ["scale", "extra-hosts", "ambassador"])
def test_unknown_service_is_refused(command: str, name: str, message: str) -> None:
    assert refusal(command, balanced("image: app\n"), name) == message


@pytest.mark.parametrize("body", ["", "{}", "null"])
@pytest.mark.parametrize("command", ["scale", "extra-hosts", "ambassador"])
def test_service_without_a_body_is_refused(command: str, body: str) -> None:
    assert refusal(command, f"services:\n  rng: {body}\n  a: {{image: a}}\n", "rng") == (
        "2: service 'rng' is empty / fix: give 'rng' an `image:` or a `build:`"
    )


STANDING_IN = [
    pytest.param(
        "ports: ['8001:80']\n",
        "5: service 'rng' has neither image nor build: it looks like an override"
        " / fix: give the main file too: -f compose.yml -f this file",
        id="what overrides another file",
    ),
    pytest.param(
        "provider:\n  type: cloud\n",
        "6: service 'rng' has a provider and no container / fix: leave 'rng' as it is",
        id="what a provider gives",
    ),
]


@pytest.mark.parametrize(("body", "message"), STANDING_IN)
@pytest.mark.parametrize("command", ["scale", "ambassador"])
def test_haproxy_cannot_stand_in_for(command: str, body: str, message: str) -> None:
    assert refusal(command, balanced(body), "rng") == message


def test_service_of_a_provider_may_leave() -> None:
    made = extra_hosts(balanced("provider:\n  type: cloud\n"), "rng", unread=True)

    assert "rng" not in made.services


def test_replica_takes_no_name_of_another_service() -> None:
    source = balanced("image: app\nexpose: [80]\n", "rng2:\n  image: old\n")

    assert refusal("scale", source, "rng") == (
        "12: replica 'rng2' would take the name of another service"
        " / fix: rename that service, or scale 'rng' to fewer replicas"
    )
    assert list(scale(source, n=1).services)[:3] == ["worker", "rng1", "rng"]


@pytest.mark.parametrize("command", ["scale", "extra-hosts"])
def test_replica_is_not_changed_alone(command: str) -> None:
    text = scale(balanced("image: app\nexpose: [80]\n")).variant.text
    fix = (
        "scale 'rng'" if command == "scale" else "give the file that it was generated from: -f FILE"
    )

    assert refusal(command, text, "rng1").endswith(f" / fix: {fix}")


def test_ambassador_is_not_scaled() -> None:
    text = ambassador(balanced("image: app\n")).variant.text

    assert refusal("scale", text, "redis").endswith(
        "service 'redis' is an ambassador already / fix: scale it where it runs"
    )


RESCALED = [
    pytest.param(1, 3, id="more"),
    pytest.param(3, 1, id="fewer"),
    pytest.param(2, 2, id="as many"),
]


@pytest.mark.parametrize(("first", "second"), RESCALED)
def test_scaling_again_equals_scaling_once(first: int, second: int) -> None:
    source = balanced("image: app  # ours\nports:\n  - '8001:80'\n")

    again = scale(scale(source, n=first).variant.text, n=second)

    assert again.variant.text == scale(source, n=second).variant.text


def test_name_that_yaml_gives_another_type_is_text() -> None:
    assert document("services:\n  1:\n    image: a\n").names == ["1"]
