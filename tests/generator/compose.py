"""What the tables of this folder share: one transform of a literal Compose file, and its parts.

Each run also proves the laws that hold for every case: see `tests.generator.laws`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from composefile.document import Document, load
from composefile.model import Model
from composefile.project import Project
from faults import UserError
from generator.result import HEADER, Settings, Variant
from generator.services.proxy import GENERATED_KEYS
from generator.transforms.ambassador import ambassador as ambassador_transform
from generator.transforms.extra_hosts import extra_hosts as extra_hosts_transform
from generator.transforms.scale import scale as scale_transform
from lb.model import Address
from tests.generator import laws

FILE = "compose.yml"
IP = "192.0.2.7"
UPSTREAM = "192.0.2.7:32768"
KEY = re.compile(r"(?m)^(?=[\w\"'<.-]+:(?:\s|$))")


@dataclass(frozen=True, slots=True)
class Made:
    """What a transform made of *source*."""

    source: str
    variant: Variant

    @property
    def text(self) -> str:
        """The variant without dcgen's own first line."""
        return self.variant.text.replace(HEADER + "\n", "", 1)

    @property
    def warnings(self) -> list[str]:
        return [str(warning) for warning in self.variant.warnings]

    @property
    def services(self) -> dict[str, Any]:
        return laws.services(laws.loaded(self.variant.text))

    def body(self, service: str) -> str:
        """Return the lines below the name of *service*, without dcgen's own labels."""
        found = laws.blocks(self.variant.text)[service].partition("\n")[2]
        return "".join(_without_own_labels(part) for part in _entries(dedent(found)))

    def carried(self, service: str) -> str:
        """Return those lines of a generated *service* that dcgen took from the source."""
        parts = _entries(self.body(service))
        return "".join(part for part in parts if _key(part) not in GENERATED_KEYS)

    def value(self, service: str, key: str) -> Any:
        return self.services[service].get(key)

    def labels(self, service: str) -> dict[str, str]:
        """Return the labels of *service* that are not dcgen's."""
        labels = self.services[service].get("labels") or {}
        if isinstance(labels, list):
            labels = dict(str(label).partition("=")[::2] for label in labels)
        return {name: value for name, value in labels.items() if not name.startswith("dcgen.")}


def yaml(text: str) -> str:
    """Return *text* as it would stand in a file: no common indentation, no first line break."""
    return dedent(text).removeprefix("\n")


def document(text: str) -> Document:
    return load(text, FILE)


def project(folder: Path | None, files: Mapping[str, str]) -> Project:
    """Return a project in *folder* that has *files* in it."""
    for name, content in files.items():
        assert folder
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Project(folder)


def scale(source: str, service: str = "rng", n: int = 2, **options: Any) -> Made:
    """Scale *service* of *source* to *n*.

    Args:
        source: The Compose file, indented as the test is.
        service: Its service.
        n: Replicas.
        options: `folder`, `files`, `lb_config`, `lb_image`, `ports`; `lost` are the comments that
            must go; `legacy` says that only docker-compose 1.x reads the file, `unread` that
            neither can (a file is missing, say).
    """

    def transform(given: Document, around: Project) -> Variant:
        return scale_transform(Model(given, around), service, n, _settings(options))

    return _made(source, service, transform, options)


def extra_hosts(source: str, service: str = "redis", ip: str = IP, **options: Any) -> Made:
    """Take *service* out of *source*; the options are those of `scale`, and `only_named`."""
    only_named = options.pop("only_named", False)

    def transform(given: Document, around: Project) -> Variant:
        return extra_hosts_transform(Model(given, around), service, ip, only_named=only_named)

    return _made(source, service, transform, options)


def ambassador(source: str, service: str = "redis", to: str = UPSTREAM, **options: Any) -> Made:
    """Put an ambassador in the place of *service*; the options are those of `scale`."""

    def transform(given: Document, around: Project) -> Variant:
        upstream = Address.parse(to)
        return ambassador_transform(Model(given, around), service, upstream, _settings(options))

    return _made(source, service, transform, options)


TRANSFORMS = {"scale": scale, "extra-hosts": extra_hosts, "ambassador": ambassador}


def refusal(command: str, source: str, service: str, **options: Any) -> str:
    """Return how *command* refuses *service* of *source*: ``line: what / fix: what to do``."""
    with pytest.raises(UserError) as caught:
        TRANSFORMS[command](source, service, **options)
    error = caught.value
    assert error.fix
    assert error.where is not None
    return f"{error.where.line}: {error.what} / fix: {error.fix}"


def balanced(body: str, others: str = "") -> str:
    """Return a file whose service ``rng`` has *body*, between a ``worker`` and a ``redis``.

    *others* are services that follow.
    """
    inner = indent(yaml(body), "    ")
    return (
        f"services:\n  worker:  # dials rng\n    image: worker\n\n  rng:\n{inner}".rstrip("\n")
        + "\n"
        "\n"
        "  # where the coins are\n"
        "  redis:\n"
        "    image: redis\n" + indent(yaml(others), "  ")
    )


def _settings(options: Mapping[str, Any]) -> Settings:
    names = ("lb_config", "lb_image", "ports", "options", "derive_health")
    return Settings(**{name: options[name] for name in names if name in options})


def _made(source: str, service: str, transform: Any, options: Mapping[str, Any]) -> Made:
    text = source if source.lstrip("\ufeff")[:1] not in ("\n", " ") else yaml(source)
    around = project(options.get("folder"), options.get("files", {}))
    given = document(text)
    variant = transform(given, around)

    assert given.text == text
    assert transform(given, around).text == variant.text
    assert transform(document(text), around).text == variant.text
    laws.check(text, variant.text, service, lost=options.get("lost", ()))
    if not options.get("unread"):
        laws.accepted(text, variant.text, around.folder, legacy=options.get("legacy", given.v1))
    return Made(text, variant)


def _entries(body: str) -> list[str]:
    """Return the parts of *body* that begin with a key in the first column."""
    return [part for part in KEY.split(body) if part]


def _key(part: str) -> str:
    return part.partition(":")[0].strip("\"'")


def _without_own_labels(part: str) -> str:
    if _key(part) != "labels":
        return part
    lines = [line for line in part.splitlines(keepends=True) if "dcgen." not in line]
    return "".join(lines) if "".join(lines[1:]).strip() else "".join(lines[1:])
