"""The texts of configuration that a service is given: `configs`, and files that it mounts.

What a reverse proxy leads to stands there (``proxy_pass http://api:3000``), not in its settings.
Sources: Compose Specification, "configs" and "volumes".
"""

import functools
from collections.abc import Iterator
from pathlib import Path

from composefile import text_file
from composefile.document import Document, own
from composefile.paths import mount
from composefile.project import Project
from composefile.values import Value, plain

MAX_BYTES = 256 * 1024
MAX_FILES = 50
ENDINGS = frozenset(
    (".cfg", ".conf", ".env", ".ini", ".json", ".properties", ".template", ".toml", ".yaml", ".yml")
)
NAMES = frozenset(("Caddyfile", "nginx.conf"))


def configurations(
    document: Document, project: Project, configs: Value, volumes: Value
) -> Iterator[str]:
    """Yield the texts that a service with *configs* and *volumes* is given, if they can be read.

    Of mounted files only those below a relative path count, and by what they are called.

    Args:
        document: The file.
        project: What lies around it.
        configs: The value of that key of the service.
        volumes: The same.
    """
    declared = document.section("configs")
    for source in _sources(configs):
        node = own(declared, source)
        entry = plain(document, node) if node else None
        if isinstance(entry, dict):
            content, file = entry.get("content"), entry.get("file")
            if isinstance(content, str):
                yield content
            elif isinstance(file, str):
                yield from _files(project.folder, file, chosen=True)
    for source in _sources(volumes):
        yield from _files(project.folder, source)


def _sources(value: Value) -> Iterator[str]:
    for part in value if isinstance(value, list) else []:
        source = part.get("source") if isinstance(part, dict) else mount(str(part))[0]
        if isinstance(source, str):
            yield source


def _files(folder: Path | None, path: str, *, chosen: bool = False) -> Iterator[str]:
    if folder is None or not (chosen or path.startswith(".")) or "$" in path:
        return
    place = folder / path
    paths = sorted(place.rglob("*"))[: 10 * MAX_FILES] if _is_folder(place) else [place]
    named = [one for one in paths if chosen or one.suffix in ENDINGS or one.name in NAMES]
    for one in named[:MAX_FILES]:
        if one.is_file():
            status = one.stat()
            yield _text(one, status.st_mtime_ns, status.st_size)


def _is_folder(path: Path) -> bool:
    # A whole project that is mounted for development is no configuration.
    return path.is_dir() and not any((path / name).exists() for name in _OF_PROJECTS)


_OF_PROJECTS = ("Dockerfile", "compose.yml", "docker-compose.yml", "package.json", "pyproject.toml")


@functools.lru_cache(maxsize=200)
def _text(path: Path, _changed: int, _size: int) -> str:
    try:
        return text_file.read(path, MAX_BYTES)
    except text_file.UnreadableError:
        return ""
