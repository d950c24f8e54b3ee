"""Which file asks for what when it changes: the services that it is built into or copied to.

Source: Compose Specification, "develop"; Dockerfile reference, ".dockerignore file".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathspec import PathSpec

from composefile import labels
from composefile.paths import is_local
from composefile.values import Value, pairs
from engine.variant import Service, Variant

BUILD, COPY = "build", "copy"
_ACTIONS = {"sync": COPY}  # the others of Compose's, and any to come, end in a new container


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done if *path*, or a file below it, changes.

    Attributes:
        service: Whose it is, by the name that the source has: replicas share one.
        path: A folder or a file, with all links resolved.
        action: `BUILD`, or `COPY` into each container of the service.
        target: Where to copy to.
        ignored: What does not count, relative to *path*.
        included: What counts alone, relative to *path*; None for all.
    """

    service: str
    path: Path
    action: str
    target: str = ""
    ignored: PathSpec[Any] | None = None
    included: PathSpec[Any] | None = None

    def below(self, file: Path) -> Path | None:
        """Return *file* relative to `path`; None if the rule has nothing to do with it."""
        if not file.is_relative_to(self.path):
            return None
        inner = file.relative_to(self.path)
        name = inner.as_posix()
        if self.ignored and self.ignored.match_file(name):
            return None
        return inner if self.included is None or self.included.match_file(name) else None


@dataclass(frozen=True, slots=True)
class Copy:
    """*file* of this machine is to be copied to *to* in each container of *service*."""

    service: str
    file: Path
    to: str


@dataclass(frozen=True, slots=True)
class Due:
    """What changes ask for: services to *build*, in order, and files to copy."""

    build: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()


def rules(variant: Variant) -> list[Rule]:
    """Return the rules of *variant*: those of ``develop.watch``, else of what is built.

    A service that has no ``develop.watch`` is built again when a file of its ``build.context``
    changes that its ``.dockerignore`` does not name.
    """
    found: dict[str, list[Rule]] = {}
    for service in variant:
        owner = original(service)
        if service.identity.role in {"", labels.REPLICA} and not found.get(owner):
            found[owner] = list(_rules(service, owner))
    return [rule for mine in found.values() for rule in mine]


def original(service: Service) -> str:
    """Return what the source calls *service*, which may be a replica."""
    return service.identity.service or service.name


def due(known: Iterable[Rule], changed: Iterable[Path]) -> Due:
    """Return what the files *changed* ask for by the rules *known*.

    A file that is gone cannot be copied: its service is built. What is built is not copied to.
    """
    build: dict[str, None] = {}
    copies: dict[Copy, None] = {}
    files = sorted(changed)
    for rule in known:
        for file in files:
            inner = rule.below(file)
            if inner is None:
                continue
            if rule.action == COPY and file.is_file():
                to = rule.target if inner == Path() else f"{rule.target.rstrip('/')}/{inner}"
                copies[Copy(rule.service, file, to)] = None
            elif rule.action == BUILD or not file.exists():
                build[rule.service] = None
    return Due(tuple(build), tuple(one for one in copies if one.service not in build))


def _rules(service: Service, owner: str) -> Iterator[Rule]:
    develop = service.keys.get("develop")
    entries = develop.get("watch") if isinstance(develop, dict) else None
    if isinstance(entries, list):
        for entry in entries:
            if isinstance(entry, dict) and isinstance(path := entry.get("path"), str):
                yield Rule(
                    owner,
                    _absolute(service, path),
                    _ACTIONS.get(str(entry.get("action")), BUILD),
                    str(entry.get("target") or ""),
                    _spec(_texts(entry.get("ignore"))),
                    _spec(_texts(entry.get("include"))),
                )
        return
    yield from _built(service, owner)


def _built(service: Service, owner: str) -> Iterator[Rule]:
    build = service.keys.get("build")
    more = build if isinstance(build, dict) else {}
    context = build if isinstance(build, str) else more.get("context")
    if build is None or (isinstance(context, str) and not is_local(context)):
        return
    folder = _absolute(service, str(context or "."))
    dockerfile = folder / str(more.get("dockerfile") or "Dockerfile")
    named = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    ignoring = named if named.is_file() else folder / ".dockerignore"
    lines = ignoring.read_text(errors="replace").splitlines() if ignoring.is_file() else []
    yield Rule(owner, folder, BUILD, ignored=_spec(lines))
    yield Rule(owner, dockerfile.resolve(), BUILD)
    for path in pairs(more.get("additional_contexts")).values():
        if is_local(path):
            yield Rule(owner, _absolute(service, path), BUILD)


def _absolute(service: Service, path: str) -> Path:
    return (service.folder / Path(path).expanduser()).resolve()


def _texts(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, list) else []


def _spec(lines: Iterable[str]) -> PathSpec[Any] | None:
    # Docker's patterns start at the folder; those of Git, without a slash, match anywhere.
    patterns = []
    for line in map(str.strip, lines):
        if line and not line.startswith("#"):
            sign = "!" if line.startswith("!") else ""
            path = line.removeprefix("!").strip().removeprefix("./").lstrip("/")
            patterns.append(f"{sign}/{path}")
    return PathSpec.from_lines("gitignore", patterns) if patterns else None
