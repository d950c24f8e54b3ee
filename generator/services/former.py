"""What a balancer that dcgen wrote before says about itself, so that it can be scaled again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from composefile import labels
from composefile.labels import Identity
from composefile.model import Model
from composefile.values import pairs, words
from faults import UserError
from generator.result import LbConfig, Settings
from generator.services.proxy import VARIABLE
from lb.options import ChosenOptions

if TYPE_CHECKING:
    from ambassador.access import ChosenAccess


@dataclass(frozen=True, slots=True)
class Former:
    """A generated service as it stands, before it is written again.

    Attributes:
        settings: What it was made with.
        replicas: The services that a balancer leads to; none of an ambassador.
        config_name: Its entry under the top-level `configs`; empty if it has none.
    """

    settings: Settings
    replicas: Sequence[str] = ()
    config_name: str = ""


def former(model: Model, name: str) -> Former | None:
    """Return what the balancer or ambassador *name* says about itself; None if it is neither.

    Raises:
        UserError: The label of a balancer names no replicas, or some that are not in the file.
    """
    identity = model.identity(name)
    if not identity.is_proxy:
        return None
    made = Former(_settings(model, name, identity), identity.replicas, _config_name(model, name))
    if identity.role == labels.AMBASSADOR:
        return made
    replicas = identity.replicas
    lost = [replica for replica in replicas if replica not in model.document]
    if lost or not replicas:
        raise UserError(
            f"the balancer {name!r} has no replica {lost[0]!r} in this file"
            if lost
            else f"the label `{labels.BALANCES}` of {name!r} names no replica",
            fix="generate the file again from its source",
            where=model.where(name, "labels"),
        )
    return made


def _settings(model: Model, name: str, identity: Identity) -> Settings:
    """Return the settings that made the generated service *name*, which says that it is *identity*.

    Raises:
        UserError: One of its labels does not read as what it should be.
    """
    try:
        options = ChosenOptions.parse(identity.options)
        access = _access(identity)
    except UserError as error:
        raise UserError(error.what, fix=error.fix, where=model.where(name, "labels")) from error
    return Settings(
        lb_config=_lb_config(model, name),
        lb_image=str(model.get(name, "image")),
        ports=identity.ports or tuple(identity.listens),
        options=options,
        access=access,
        files=tuple(_files(model, name)),
        dynamic=identity.is_dynamic,
        template=_templates(model, name, identity),
        new_privileges=model.get(name, "cap_drop") is not None
        and model.get(name, "security_opt") is None,
    )


def _access(identity: Identity) -> "ChosenAccess | None":
    if not identity.access:
        return None
    from ambassador.access import ChosenAccess  # noqa: PLC0415 - a balancer has none

    return ChosenAccess.parse(identity.access)


def _templates(model: Model, name: str, identity: Identity) -> Path | None:
    if not identity.template:
        return None
    from generator.services.own_templates import former_templates  # noqa: PLC0415 - few have them

    return former_templates(model, name)


def _lb_config(model: Model, name: str) -> LbConfig:
    volumes = words(model.get(name, "volumes"))
    if any(word.endswith((":ro", ":ro,z")) and "haproxy.cfg" in word for word in volumes):
        return "file"
    inline = model.get(name, "configs") or VARIABLE in pairs(model.get(name, "environment"))
    return "inline" if inline else "args"


def _files(model: Model, name: str) -> Iterator[tuple[str, str]]:
    volumes = words(model.get(name, "volumes"))
    if not volumes:
        return
    from ambassador.access import CA_PATH, CERT_PATH  # noqa: PLC0415 - few have volumes

    for word in volumes:
        source, _, target = word.removesuffix(":ro").rpartition(":")
        if target in (CA_PATH, CERT_PATH):
            yield target, source


def _config_name(model: Model, name: str) -> str:
    """Return the entry of `configs` that service *name* uses; empty if it uses none."""
    value = model.get(name, "configs")
    for part in value if isinstance(value, list) else []:
        source = part.get("source") if isinstance(part, dict) else None
        if isinstance(source, str):
            return source
    return ""
