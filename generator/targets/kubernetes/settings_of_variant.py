"""Which object of a variant has which settings: a person wrote them for one service.

web: ingress, hpa, pdb    ──►    web (HAProxy): ingress        web-replicas: hpa, pdb
"""

from collections.abc import Collection, Iterator, Mapping

from composefile.labels import Identity
from composefile.model import Model
from faults import UserError, nearest
from generator.targets.kubernetes.settings import Setting, Settings, group, of_file, over

_OUTSIDE = ("ingress", "node-port")  # of who publishes the ports


def settings_of(
    model: Model,
    names: Collection[str],
    pods: Mapping[str, list[str]],
    chosen: Mapping[str, Settings],
) -> tuple[dict[str, Settings], list[UserError]]:
    """Return the settings of each of the services *names*, and what is wrong with them.

    Where something is wrong, there are no settings: what is missing would be wrong, too.

    Args:
        model: The file.
        names: The services that have pods in the cluster.
        pods: The balancers whose place a Service takes, each with its replicas.
        chosen: Service to what was chosen on the command line, which counts more than the file.
    """
    written: dict[str, Settings] = {}
    wrong: list[UserError] = []
    for name in model.document.names:
        written[name], more = of_file(model, name)
        wrong += more
    wrong += _without_service(names, chosen)
    if wrong:
        return {}, wrong
    found: dict[str, Settings] = {}
    for name in names:
        first = pods.get(name, [name])[0]  # replicas are equal, else they have no Service
        found[name] = over(written[first], chosen.get(name, {}))
    for name in names:
        identity = model.identity(name)
        replicas = [other for other in identity.replicas if other in names]
        if replicas and name not in pods:
            given = {other: found[other] for other in (name, *replicas)}
            try:
                found |= _shared(name, identity, given)
            except UserError as error:
                wrong.append(error)
    return ({}, wrong) if wrong else (found, [])


def _shared(name: str, identity: Identity, found: Mapping[str, Settings]) -> dict[str, Settings]:
    """Return the settings of balancer *name* and of its replicas, each where it has an effect."""
    # Static replicas are an object each: what is about all of them is the balancer's.
    of_all = _OUTSIDE if identity.is_dynamic else (*_OUTSIDE, "pdb")
    replicas = [other for other in found if other != name]
    whole = over(_in_file(found[replicas[0]]), found[name])
    shared = {name: group(whole, *of_all)}
    for other in replicas:
        mine = over(_without(_in_file(found[other]), of_all), _without(found[name], of_all))
        named = {key: one for key, one in found[other].items() if one.where is None}
        shared[other] = over(mine, named)
        for setting in group(shared[other], "hpa").values():
            _require_scalable(name, identity, setting)
    if identity.is_dynamic:
        _require_slots(name, identity, shared[replicas[0]])
    return shared


def _in_file(settings: Settings) -> Settings:
    return {key: one for key, one in settings.items() if one.where is not None}


def _without(settings: Settings, groups: Collection[str]) -> Settings:
    return {key: one for key, one in settings.items() if key not in group(settings, *groups)}


def _require_scalable(name: str, identity: Identity, setting: Setting) -> None:
    if not identity.is_dynamic:
        what = f"each replica of {name!r} is a Deployment of one pod, which HAProxy knows by name"
        fix = f"scale it with `dcgen scale {name}=N --dynamic`, or give `--proxy service` here"
        raise setting.refused(what, fix)


def _require_slots(name: str, identity: Identity, settings: Settings) -> None:
    most = settings.get("hpa.max")
    if most and int(most.value) > identity.slots:
        what = f"the HAProxy of {name!r} has room for {identity.slots} servers"
        fix = f"give a lower `max`, or scale it to that many: `dcgen scale {name}={most.value}`"
        raise most.refused(what, fix)


def _without_service(names: Collection[str], chosen: Mapping[str, Settings]) -> Iterator[UserError]:
    for name, settings in chosen.items():
        if name not in names:
            (setting, *_) = settings.values()
            fix = nearest(name, names, f"choose one of: {', '.join(names)}")
            yield setting.refused(f"no service named {name!r} has pods in the cluster", fix)
