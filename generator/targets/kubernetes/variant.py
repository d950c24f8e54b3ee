"""What a variant of dcgen's is in a cluster: who has pods, and who is a Service alone."""

from collections.abc import Iterator

from composefile.labels import AMBASSADOR
from composefile.model import Model
from composefile.values import words
from generator.result import Notice
from generator.targets.kubernetes.choices import Choices
from generator.targets.kubernetes.consumers import chosen
from generator.targets.kubernetes.elsewhere import Away, ambassadors, hosts, notice
from generator.targets.kubernetes.folding import Folded, folded
from generator.targets.kubernetes.settings_of_variant import settings_of
from generator.targets.kubernetes.source import Source

# What `--proxy` would say for the ambassadors alone.
_AS_PROXY = {"service": "service", "deployment": "haproxy", "sidecar": "haproxy"}


def source_of(
    model: Model, written: Model, project: str, choices: Choices
) -> tuple[Source, list[Away], list[Notice]]:
    """Return the file as it goes into a cluster, the names that lead out of it, and what is said.

    Args:
        model: The services as Compose fills them in.
        written: The same file, its values as they are written.
        project: The name of the project.
        choices: What a person chose.
    """
    pods, said = folded(model, choices.proxy)
    away = ambassadors(model, _AS_PROXY.get(choices.ambassador, choices.proxy))
    beside = chosen(model, choices.ambassador)
    gone = {name for replicas in pods.values() for name in replicas}
    gone |= {*beside, *(one.name for one in away)}
    left = [name for name in _started(model) if name not in gone]
    settings, wrong = settings_of(model, left, pods, choices.settings)
    away += hosts(model, left)
    source = Source(
        Folded(model, pods) if pods else model,
        Folded(written, pods) if pods else written,
        project,
        choices,
        frozenset(gone),
        frozenset(one.name for one in away),
        settings,
        beside,
        tuple(wrong),
    )
    told = (notice(source, one) for one in away)
    return source, away, [*said, *(one for one in told if one), *_kept(source)]


def _kept(source: Source) -> Iterator[Notice]:
    """Yield the ambassadors that were to be a Service and cannot be."""
    for name in source.names if source.choices.ambassador == "service" else ():
        if source.model.identity(name).role == AMBASSADOR:
            what = (
                f"the HAProxy of {name} stays: a Service has one upstream, and no TLS or password"
            )
            fix = "give it one address, or say `--ambassador deployment`"
            yield Notice(what, source.model.where(name), fix=fix)


def _started(model: Model) -> Iterator[str]:
    return (name for name in model.document.names if not words(model.get(name, "profiles")))
