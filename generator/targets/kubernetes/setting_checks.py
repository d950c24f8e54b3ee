"""All that is wrong with settings that are right by themselves, beyond what was found first."""

from collections.abc import Callable, Iterator
from functools import partial

from faults import Check
from generator.targets.kubernetes.autoscaling import autoscaler
from generator.targets.kubernetes.disruptions import budget
from generator.targets.kubernetes.objects import Given
from generator.targets.kubernetes.outside import outside
from generator.targets.kubernetes.source import Source
from generator.targets.kubernetes.storage import storage
from generator.targets.kubernetes.workload import kind_of


def setting_checks(source: Source) -> Iterator[Check]:
    """Yield a check of what the settings of each service make: one hides no other."""
    for name in source.names:
        yield partial(_outside, source, name)
        yield partial(_of_kind, source, name, autoscaler)
        yield partial(_of_kind, source, name, budget)
        yield partial(storage, source, name, own_pods=False, many=False)


def _outside(source: Source, name: str) -> Given:
    return outside(source, name, is_once=kind_of(source, name) == "Job")


def _of_kind(source: Source, name: str, make: Callable[[Source, str, str], Given]) -> Given:
    return make(source, name, kind_of(source, name))
