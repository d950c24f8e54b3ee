"""What a balancer that dcgen wrote before says about itself, so that it can be scaled again."""

from dataclasses import dataclass, replace

from dcgen.errors import UserError
from generator import labels
from generator.model import Model
from generator.values import Value, pairs, words
from generator.variant import LbConfig, Settings
from lb.model import Address, Options


@dataclass(frozen=True, slots=True)
class Former:
    """A generated service as it stands: its *replicas*, *ports*, and how it was configured."""

    replicas: list[str]
    ports: list[int]
    lb_config: LbConfig
    image: str
    options: Options
    config_name: str

    def settings(self, asked: Settings) -> Settings:
        """Return *asked*, completed by what the service has."""
        same = asked.lb_config in (None, self.lb_config)
        return replace(
            asked,
            lb_config=asked.lb_config or self.lb_config,
            lb_image=asked.lb_image or (self.image if same else None),
            options=asked.options or self.options,
        )


def former(model: Model, name: str) -> Former:
    """Return what the balancer *name* says about itself.

    Raises:
        UserError: Its label names no replicas, or replicas that are not in the file.
    """
    mine = pairs(model.get(name, "labels"))
    servers = [Address.parse(word) for word in mine.get(labels.BALANCES, "").split()]
    replicas = list(dict.fromkeys(server.host for server in servers))
    lost = [replica for replica in replicas if replica not in model.document]
    if lost or not replicas:
        raise UserError(
            f"the balancer {name!r} has no replica {lost[0]!r} in this file"
            if lost
            else f"the label `{labels.BALANCES}` of {name!r} names no replica",
            fix="generate the file again from its source",
            where=model.where(name, "labels"),
        )
    return Former(
        replicas=replicas,
        ports=sorted({server.port for server in servers}),
        lb_config=lb_config(model, name),
        image=str(model.get(name, "image")),
        options=Options.parse(mine.get(labels.OPTIONS, "")),
        config_name=config_name(model.get(name, "configs")),
    )


def lb_config(model: Model, name: str) -> LbConfig:
    """Return how the configuration reaches the generated service *name*."""
    if any(
        word.endswith(":ro") and "haproxy.cfg" in word for word in words(model.get(name, "volumes"))
    ):
        return "file"
    configs = model.get(name, "configs") or model.get(name, "environment")
    return "inline" if configs else "args"


def config_name(value: Value) -> str:
    """Return the name of the entry of `configs` that *value*, a service's list, refers to."""
    for part in value if isinstance(value, list) else []:
        source = part.get("source") if isinstance(part, dict) else None
        if isinstance(source, str):
            return source
    return ""
