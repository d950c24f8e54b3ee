"""What stands around the pods of a service: how they are found, reached, counted and evicted."""

from generator.targets.kubernetes.autoscaling import autoscaler
from generator.targets.kubernetes.disruptions import budget
from generator.targets.kubernetes.objects import Given, together
from generator.targets.kubernetes.outside import outside
from generator.targets.kubernetes.services import services
from generator.targets.kubernetes.source import Source


def around(source: Source, name: str, kind: str) -> Given:
    """Return what stands around the pods of service *name*, which *kind* keeps running.

    Raises:
        UserError: A setting of it cannot be.
    """
    is_once = kind == "Job"
    return together(
        [
            services(source, name, is_needed=kind == "StatefulSet", is_once=is_once),
            outside(source, name, is_once=is_once),
            autoscaler(source, name, kind),
            budget(source, name, kind),
        ]
    )
