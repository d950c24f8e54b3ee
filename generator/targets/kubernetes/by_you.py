"""The configs and secrets that a person makes in the cluster, and the command for each.

Source: Kubernetes, "kubectl create secret generic" and "kubectl create configmap".
"""

import shlex
from collections.abc import Iterator

from composefile.outside import outside_name
from generator.result import Notice
from generator.targets.kubernetes.files import Use, declared, outside, uses
from generator.targets.kubernetes.source import Source

_CREATED = {"configs": "configmap", "secrets": "secret generic"}
_Used = tuple[str, Use]  # by which service


def made_by_you(source: Source) -> Iterator[Notice]:
    """Yield how to make each object that services mount and that is not written.

    One command has all its keys: a second one would find that the object exists.

    Raises:
        UserError: A service uses what is not declared.
    """
    for section in _CREATED:
        found: dict[str, list[_Used]] = {}
        for name, use in _used(source, section):
            if called := outside(source, name, use):
                found.setdefault(called, []).append((name, use))
        for called, used in found.items():
            yield _notice(source, called, used)


def _used(source: Source, section: str) -> Iterator[_Used]:
    for name in dict.fromkeys([*source.names, *source.sidecars]):
        for use in uses(source, name, section):
            yield name, use


def _notice(source: Source, called: str, used: list[_Used]) -> Notice:
    section = used[0][1].section
    names = list(dict.fromkeys(name for name, _ in used))
    who = f"{names[0]} mounts" if len(names) == 1 else f"{', '.join(names)} mount"
    what = f"{section.removesuffix('s')} {called!r}, which {who}, is not written"
    files = {use.key: _file(source, name, use) for name, use in used}
    words = (f"--from-file={shlex.quote(f'{key}={file}')}" for key, file in files.items())
    create = f"{source.kubectl} create {_CREATED[section]} {called} {' '.join(words)}"
    where = source.model.where(names[0], section)
    return Notice(what, where, fix=f"make it in the cluster: {create}")


def _file(source: Source, name: str, use: Use) -> str:
    settings = declared(source, name, use)
    file = "" if outside_name(settings, use.name) else settings.get("file")
    return str(file or "FILE")
