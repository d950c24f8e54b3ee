"""All that keeps a file out of a cluster, beyond what was found first.

Each part of a service is made by itself, so that one that is refused hides no other.
"""

from collections.abc import Iterator
from functools import partial

from composefile.listening import port_checks
from faults import Check
from generator.targets.kubernetes.attributes import refused_of, refused_of_file
from generator.targets.kubernetes.command import command
from generator.targets.kubernetes.files import config_files, secret_files
from generator.targets.kubernetes.image import image_of
from generator.targets.kubernetes.placing import entry_checks, node_parts
from generator.targets.kubernetes.security import of_container, of_pod
from generator.targets.kubernetes.source import Source, require_name
from generator.targets.kubernetes.storage import in_memory, mounted
from generator.targets.kubernetes.variables import environment, variable_checks
from generator.targets.kubernetes.workload import kind_of, workload_checks


def checks(source: Source) -> Iterator[Check]:
    """Yield a check of each part of *source* that cannot be written."""
    yield from source.wrong
    yield from refused_of_file(source.written)
    for name in source.names:
        yield from _of_service(source, name)


def _of_service(source: Source, name: str) -> Iterator[Check]:
    model = source.model
    yield partial(require_name, model, name)
    yield from refused_of(model, name)
    yield from port_checks(model, model.document.service(name))
    yield from variable_checks(source, name)
    volumes = model.get(name, "volumes")
    for index in range(len(volumes) if isinstance(volumes, list) else 0):
        yield partial(mounted, source, name, index)
    yield partial(list, in_memory(source, name))
    yield partial(image_of, model, name, source.choices)
    for part in (command, of_container):
        yield partial(part, model, name)
    for made in (environment, config_files, secret_files, kind_of):
        yield partial(made, source, name)
    yield partial(of_pod, model, name, (), source.choices.version)
    yield from entry_checks(model, name)
    yield from node_parts(model, name, source.elsewhere, ())
    yield from workload_checks(source, name)
