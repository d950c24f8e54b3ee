"""Laws that hold for every Compose file, whatever it says and however it is laid out."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composefile.document import Document, load
from composefile.model import Model
from composefile.project import Project
from composefile.syntax.parser import walk
from faults import UserError
from generator.result import Settings, is_generated
from generator.transforms.ambassador import ambassador
from generator.transforms.extra_hosts import extra_hosts
from generator.transforms.scale import scale
from lb.model import Address
from tests.fuzz.composing import compose_files
from tests.fuzz.pen import File
from tests.fuzz.reading import comments, dangling, is_within, meaning, services

law = settings(
    max_examples=int(os.environ.get("EXAMPLES", "60")),
    deadline=None,  # the machine may be busy
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

KINDS = ("scale", "extra-hosts", "ambassador")


def document(text: str) -> Document:
    return load(text, "compose.yml")


def scaled(text: str, service: str, replicas: int) -> str:
    return scale(Model(document(text), Project()), service, replicas, Settings()).text


def changed(text: str, service: str, kind: str) -> str:
    """Return what becomes of *text*; itself if dcgen refuses."""
    try:
        if kind == "scale":
            return scaled(text, service, 3)
        if kind == "extra-hosts":
            return extra_hosts(Model(document(text), Project()), service, "192.0.2.7").text
        upstream = Address("db.example", 32768)
        return ambassador(Model(document(text), Project()), service, upstream, Settings()).text
    except UserError:
        return text


@st.composite
def cases(draw: Any, kinds: tuple[str, ...] = KINDS) -> tuple[File, str, str]:
    file = draw(compose_files())
    return file, draw(st.sampled_from(file.names)), draw(st.sampled_from(kinds))


def knows(file: File, service: str, other: str) -> bool:
    return any(other in line for line in file.bodies[service])


def is_balanced(text: str, service: str) -> bool:
    return is_generated(text) and "dcgen.balances" in str(services(text).get(service))


@law
@given(cases(("scale",)), st.integers(1, 12), st.integers(1, 12))
def test_scaling_twice_equals_scaling_once(case: tuple[File, str, str], n: int, m: int) -> None:
    file, service, _ = case
    once = changed(file.text, service, "scale")
    if once == file.text:
        return

    assert scaled(scaled(file.text, service, n), service, m) == scaled(file.text, service, m)


@law
@given(cases(("scale",)))
def test_one_replica_answers_behind_its_balancer(case: tuple[File, str, str]) -> None:
    file, service, _ = case
    if not is_balanced(changed(file.text, service, "scale"), service):
        return

    text = scaled(file.text, service, 1)

    found = services(text)
    assert f"{service}1" in found
    assert f"{service}2" not in found
    assert f"{service}1:" in str(found[service]["labels"]["dcgen.balances"])


@law
@given(cases(), st.data())
def test_transforms_of_different_services_commute_in_meaning(
    case: tuple[File, str, str], data: st.DataObject
) -> None:
    file, first, kind = case
    second = data.draw(st.sampled_from([name for name in file.names if name != first]))
    other = data.draw(st.sampled_from(KINDS))
    if knows(file, first, second) or knows(file, second, first):
        return  # what one says may be all that tells the other's port, and it may leave
    one, two = changed(file.text, first, kind), changed(file.text, second, other)
    if file.text in (one, two):
        return
    both, reverse = changed(one, second, other), changed(two, first, kind)
    if both == one or reverse == two:
        return  # the only service left cannot leave

    assert meaning(both) == meaning(reverse)


@law
@given(cases())
def test_the_document_is_left_as_it_was(case: tuple[File, str, str]) -> None:
    file, service, kind = case
    given_document = document(file.text)
    before = [(type(node), node.start, node.end, repr(node)) for node in walk(given_document.root)]
    try:
        if kind == "scale":
            scale(Model(given_document, Project()), service, 3, Settings())
        elif kind == "extra-hosts":
            extra_hosts(Model(given_document, Project()), service, "192.0.2.7")
        else:
            upstream = Address("db.example", 32768)
            ambassador(Model(given_document, Project()), service, upstream, Settings())
    except UserError:
        pass
    after = [(type(node), node.start, node.end, repr(node)) for node in walk(given_document.root)]

    assert after == before
    assert given_document.text == file.text


@law
@given(cases())
def test_every_name_that_a_service_refers_to_exists(case: tuple[File, str, str]) -> None:
    file, service, kind = case

    assert dangling(changed(file.text, service, kind)) == []


@law
@given(cases(("scale",)))
def test_scaling_keeps_every_comment_once(case: tuple[File, str, str]) -> None:
    file, service, kind = case
    text = changed(file.text, service, kind)

    assert sorted(comments(text)) == sorted(file.comments)


@law
@given(cases())
def test_lines_of_other_services_stay_as_they_are(case: tuple[File, str, str]) -> None:
    file, service, kind = case
    if kind == "extra-hosts":
        return  # consumers change there
    text = changed(file.text, service, kind)

    assert is_within(file.outside(service), text.splitlines())


@law
@given(cases())
def test_services_that_do_not_use_the_changed_one_mean_the_same(
    case: tuple[File, str, str],
) -> None:
    file, service, kind = case
    before, after = services(file.text), services(changed(file.text, service, kind))
    others = [name for name in file.names if name != service]
    if kind == "extra-hosts":
        return

    assert {name: after.get(name) for name in others} == {name: before[name] for name in others}


SINGULAR = {"ports", "container_name", "hostname", "networks", "labels", "deploy"}


@law
@given(cases(("scale",)))
def test_replicas_say_what_the_service_said(case: tuple[File, str, str]) -> None:
    file, service, kind = case
    text = changed(file.text, service, kind)
    if not is_balanced(text, service):
        return
    original, after = services(file.text)[service], services(text)
    kept = {key: value for key, value in original.items() if key not in SINGULAR}

    for number in (1, 2, 3):
        replica = after[f"{service}{number}"]
        assert {key: value for key, value in replica.items() if key not in SINGULAR} == kept


@law
@given(cases(("scale",)), st.integers(1, 5))
def test_a_balancer_is_never_balanced(case: tuple[File, str, str], replicas: int) -> None:
    file, service, kind = case
    text = changed(file.text, service, kind)
    if not is_balanced(text, service):
        return

    again = services(scaled(text, service, replicas))

    added = set(again) - set(file.names)
    assert added == {f"{service}{number}" for number in range(1, replicas + 1)}
    with pytest.raises(UserError, match="is a replica already"):
        scaled(text, f"{service}1", 2)
