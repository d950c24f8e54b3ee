"""The text of the HAProxy configuration that a variant gives to a balancer or an ambassador."""

from composefile import text_file
from engine.variant import Service, Variant
from faults import UserError
from lb.image import CONFIG_PATH

_VARIABLE = "HAPROXY_CONFIG"  # the v1 format has no configs


def configuration(variant: Variant, service: Service) -> str:
    """Return the configuration that *variant* has for *service*, as its HAProxy reads it.

    Raises:
        UserError: It has none: arguments say it all, a provider makes it, or the file is not there.
    """
    if service.is_provided:
        raise UserError(
            f"the configuration of '{service.name}' comes from its provider, not from a file",
            fix="change the options of the provider, and run: docker compose up -d",
            where=service.where("provider"),
        )
    configs = service.keys.get("configs")
    for part in configs if isinstance(configs, list) else ():
        name = part.get("source") if isinstance(part, dict) else None
        if isinstance(name, str) and name in variant.configs:
            return variant.configs[name]
    if text := service.pairs("environment").get(_VARIABLE):
        return text
    for word in service.words("volumes"):
        source, _, target = word.partition(":")
        if target.partition(":")[0] == CONFIG_PATH:
            return _read(service, source)
    raise UserError(
        f"service '{service.name}' has no configuration in this file, only arguments",
        fix="make the variant with --lb-config inline",
        where=service.place,
    )


def _read(service: Service, source: str) -> str:
    try:
        return text_file.read(service.folder / source)
    except text_file.UnreadableError as error:
        raise UserError(
            f"cannot read '{source}': {error}",
            fix="generate the variant again",
            where=service.where("volumes"),
        ) from error
