"""A variant as the engine sees it: the services of Compose files as Compose runs them here.

`composefile` reads them; what a generated service is, its labels say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from composefile.document import load
from composefile.formats import require_mergeable
from composefile.includes import layered
from composefile.labels import Identity
from composefile.model import Model
from composefile.naming import named_project
from composefile.project import PROJECT_NAME
from composefile.values import Value, assignments, fields, words
from faults import Place


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a variant.

    Attributes:
        name: Its name.
        keys: What it says: what it inherits is merged, variables are filled in, scalars are text.
        folder: What its relative paths start from.
        model: The files that it is of.
    """

    name: str
    keys: Mapping[str, Value]
    folder: Path
    model: Model = field(repr=False, compare=False)

    @property
    def place(self) -> Place:
        """The line of its name."""
        return self.model.where(self.name)

    def where(self, key: str) -> Place:
        """Return the place of *key*, or of an item of it (``ports.0``), else of the service."""
        top, _, index = key.partition(".")
        return self.model.where(self.name, top, int(index) if index else None)

    def words(self, key: str) -> list[str]:
        """Return *key*'s list as strings; a single value is a list of one, a map its keys."""
        return words(self.keys.get(key))

    def pairs(self, key: str) -> dict[str, str | None]:
        """Return *key*, ``["A=b"]`` or ``{A: b}``, as a map; what has no value gets None."""
        return assignments(self.keys.get(key))

    def label(self, name: str) -> str | None:
        """Return the text of label *name*, None if it is not there."""
        return self.pairs("labels").get(name)

    @property
    def identity(self) -> Identity:
        """What its labels say that it is.

        Raises:
            UserError: A label of dcgen's does not read as what it should be.
        """
        return self.model.identity(self.name)

    @property
    def is_provided(self) -> bool:
        """Whether Compose leaves it to dcgen, as a provider, to make its containers."""
        provider = self.keys.get("provider")
        return isinstance(provider, dict) and provider.get("type") == "dcgen"


@dataclass(frozen=True, slots=True)
class Variant:
    """Compose files as they will run.

    Attributes:
        file: Where the first one stands, or would: relative paths in all of them start there.
        services: Name to service.
        v1: It has no ``services:`` key.
        configs: The ``content`` of the entries of ``configs:`` that have one.
        project: What Compose calls the project.
    """

    file: Path
    services: Mapping[str, Service]
    v1: bool = False
    configs: Mapping[str, str] = field(default_factory=dict)
    project: str = ""

    def __iter__(self) -> Iterator[Service]:
        return iter(self.services.values())


def parse(text: str, file: Path, *others: tuple[str, Path]) -> Variant:
    """Return the variant that *text* describes, read as if it stood in *file*.

    Services whose ``profiles`` are not in ``COMPOSE_PROFILES`` are left out, as Compose does.

    Args:
        text: A Compose file.
        file: Where it stands; relative paths, in *others* too, start from its folder.
        others: Texts and files that are put on top of it, as with several ``-f``.

    Raises:
        UserError: One is not YAML, not a Compose file, or one that Compose refuses.
    """
    first = load(text, str(file))
    more = [load(given, str(path), fragment=True) for given, path in others]
    project = named_project(file.parent, [first, *more])
    model = layered(first, project)
    for document in more:
        require_mergeable([model.document, document])
        model = layered(document, project, model)
    active = set(filter(None, project.environment.get("COMPOSE_PROFILES", "").split(",")))
    services = (_service(model, name, file.parent) for name in model.names)
    chosen = {service.name: service for service in services if _is_active(service, active)}
    called = project.environment[PROJECT_NAME]
    return Variant(file, chosen, model.document.v1, _contents(model), called)


def _contents(model: Model) -> dict[str, str]:
    # Returns the texts under `configs`, of the last file that has one by that name.
    found: dict[str, str] = {}
    for below in model.below:
        found |= _contents(below)
    for name, entry in fields(model.document.section("configs")).items():
        value = model.value(entry.node)
        content = value.get("content") if isinstance(value, dict) else None
        if isinstance(content, str):
            found[name] = content
    return found


def _service(model: Model, name: str, folder: Path) -> Service:
    values = {key: model.get(name, key) for key in model.keys(name)}
    return Service(name, {k: v for k, v in values.items() if v is not None}, folder, model)


def _is_active(service: Service, active: set[str]) -> bool:
    profiles = service.words("profiles")
    return not profiles or bool(active & set(profiles)) or "*" in active
