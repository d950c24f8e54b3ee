"""How a file is laid out: line ends, indentation, blank lines; new lines imitate them."""

import functools
import itertools
from collections import Counter

from composefile.document import Document, Service
from composefile.syntax.parser import Mapping, Scalar, Sequence
from generator.editing.edits import line_start
from generator.editing.emit import Layout

SAMPLE = 200  # services looked at; a file of thousands is laid out as its first ones are
OWN_WEIGHT = 1000  # of a service's own layout, so that it outvotes all others


def layout_of(document: Document, service: str | None = None) -> Layout:
    """Return the layout of *document*; where *service* has one of its own, that one.

    A file is laid out as most of its services are.
    """
    sampled_steps, sampled_dashes, gap = _sampled(document)
    steps, dashes = Counter(sampled_steps), Counter(sampled_dashes)
    found = document.find(service) if service else None
    if found:
        _count(found, steps, dashes, OWN_WEIGHT)
    return Layout(
        newline=newline_of(document.text), step=_most(steps, 2), dash=_most(dashes, 2), gap=gap
    )


@functools.lru_cache(maxsize=4)
def _sampled(document: Document) -> tuple[Counter[int], Counter[int], bool]:
    steps: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    for found in itertools.islice(document, SAMPLE):
        _count(found, steps, dashes, 1)
    return steps, dashes, _has_gaps(document)


def _count(service: Service, steps: Counter[int], dashes: Counter[int], weight: int) -> None:
    body = service.body
    if isinstance(body, Mapping) and not body.flow and body.entries:
        steps[body.entries[0][0].column - service.key.column] += weight
        for key, value in body.entries:
            if isinstance(value, Sequence) and not value.flow and not value.anchor and value.items:
                dashes[value.column - key.column] += weight


def newline_of(text: str) -> str:
    """Return the line end that *text* uses first; LF if it has none."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _most(counted: Counter[int], default: int) -> int:
    # Of equals the smaller: the answer must not hang on the order of the services.
    usable = [(-count, size) for size, count in counted.items() if size >= 0]
    return min(usable)[1] if usable else default


def _has_gaps(document: Document) -> bool:
    gaps, services = 0, 0
    for found in itertools.islice(document, 1, SAMPLE):
        services += 1
        start = line_start(document.text, found.key.start)
        above = document.text[line_start(document.text, max(start - 1, 0)) : start]
        while above.lstrip().startswith("#"):
            start -= len(above)
            above = document.text[line_start(document.text, max(start - 1, 0)) : start]
        gaps += not above.strip()
    return gaps * 2 >= services > 0


def column_of_body(document: Document, name: str) -> int:
    """Return the column in which the keys of service *name* stand, or would in block style."""
    service = document.service(name)
    body = service.body
    if isinstance(body, Mapping) and not body.flow and body.entries:
        return body.entries[0][0].column
    return service.key.column + layout_of(document).step


def is_block(document: Document, name: str) -> bool:
    """Tell whether service *name* has a line of its own for its key (no flow style around it)."""
    service = document.service(name)
    start = line_start(document.text, service.key.start)
    alone = not document.text[start : service.key.start].strip(" \ufeff")
    return alone and not document.services.flow and isinstance(service.key, Scalar)
