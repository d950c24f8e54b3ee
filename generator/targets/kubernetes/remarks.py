"""What a person has to know of how the pods of a service start."""

from composefile.model import Model
from generator.result import Notice
from generator.targets.kubernetes.probes import is_patient


def remarks(model: Model, name: str) -> tuple[Notice, ...]:
    """Return what a person has to know of how service *name* starts."""
    if model.identity(name).is_proxy and not model.get(name, "configs"):
        what = f"the HAProxy of {name} is configured by arguments, and finds no server in a cluster"
        fix = "give a variant of the current format, or `--proxy service`"
        return (Notice(what, model.where(name), fix=fix),)
    if not is_patient(model, name):
        return ()
    what = f"{name} is started again if it is not healthy within its `start_period` and `retries`"
    fix = "give it a longer `start_period` if a start may take longer"
    return (Notice(what, model.where(name, "healthcheck"), fix=fix),)
