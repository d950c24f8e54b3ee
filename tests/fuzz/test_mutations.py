"""Compose files that somebody broke: dcgen refuses in words, or what it writes is well-formed.

Runs for FUZZ_SECONDS, 10 unless told otherwise: ``make fuzz SECONDS=600``.
"""

import os
import time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composefile.document import Document, load
from composefile.model import Model
from composefile.project import Project
from composefile.syntax.parser import parse
from faults import UserError
from generator.editing.edits import service_span
from generator.result import Settings
from generator.transforms.ambassador import ambassador
from generator.transforms.detach import detach
from generator.transforms.extra_hosts import extra_hosts
from generator.transforms.scale import scale
from lb.model import Address
from tests.fuzz.composing import compose_files
from tests.fuzz.reading import is_within

SECONDS = float(os.environ.get("FUZZ_SECONDS", "10"))

PIECES = (
    *("\t", "\n", "\r", "\r\n", " ", "  ", "\ufeff", "\u2028", "\x85", "\0", "é", "\U0001f600"),
    *("#", "# ", " #", ":", ": ", "- ", "-", "?", "? ", "|", ">", "|+\n", "&a ", "*a", "<<: *a\n"),
    *(
        "'",
        '"',
        "[",
        "]",
        "{",
        "}",
        ",",
        "!",
        "!!str ",
        "!reset ",
        "!override ",
        "%YAML 1.2\n---\n",
    ),
    *("---\n", "...\n", "null", "~", "true", "0", "services:\n", "  rng:\n", "extends: rng\n"),
    *("${X}", "${X:-80}", "$$", "80:80", "ports: []\n", "network_mode: service:rng\n"),
)


@st.composite
def broken_files(draw: Any) -> str:
    """Draw a Compose file, and break it in up to five places."""
    text = draw(compose_files()).text
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 5, 40])))
        piece = draw(st.sampled_from(PIECES) | st.just("") | st.just(text[start:end] * 2))
        text = text[:start] + piece + text[end:]
    return text


def transformed(document: Document, service: str, kind: str) -> str:
    model = Model(document, Project())
    if kind == "scale":
        return scale(model, service, 2, Settings()).text
    if kind == "extra-hosts":
        return extra_hosts(model, service, "192.0.2.7").text
    if kind == "detach":
        return detach(model, service, publish=None).text
    return ambassador(model, service, Address("db.example", 6379), Settings()).text


def outside(document: Document, service: str) -> list[str]:
    span = service_span(document, document.service(service))
    text = document.text
    return lines_of(text[: span.start] + text[span.end :])


def lines_of(text: str) -> list[str]:
    return [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]


@settings(
    max_examples=50,
    deadline=None,  # the machine may be busy
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(broken_files(), st.sampled_from(["scale", "scale", "extra-hosts", "ambassador", "detach"]))
def check_one_batch(text: str, kind: str) -> None:
    try:
        document = load(text, "compose.yml")
        service = document.names[0]
        result = transformed(document, service, kind)
    except UserError:
        return
    parse(result, "generated.yml")
    if not document.v1:  # there, what is a Compose file hangs on every single service
        load(result, "generated.yml")
    moved = "volumes_from" in text or "service:" in text
    if kind == "scale" and not moved and not document.services.flow:
        lines = [line for line in outside(document, service) if line.strip("\ufeff ")]
        assert is_within(lines, lines_of(result))


def test_a_broken_file_is_refused_in_words_or_transformed_well() -> None:
    end = time.monotonic() + SECONDS
    check_one_batch()
    while time.monotonic() < end:
        check_one_batch()
