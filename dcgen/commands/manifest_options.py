"""Options about the cluster that manifests are for."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial, reduce
from typing import Any, TypeVar

import click

from dcgen.commands import checked
from faults import UsageError
from generator.targets.kubernetes.choices import NEWEST, OLDEST, USUAL, Choices, Version
from generator.targets.kubernetes.settings import FORMS, Settings, of_word

F = TypeVar("F", bound=Callable[..., Any])


def choices_of(given: Mapping[str, Any]) -> Choices:
    """Return what was chosen by the options of a command, *given* as click has them.

    Raises:
        UsageError: A setting of a service is not known, or its value is not what it should be.
    """
    settings: dict[str, Settings] = {}
    words = [("--ingress", word) for word in given["ingress"]]
    for option, word in [*words, *(("--set", word) for word in given["set_words"])]:
        service, key, setting = of_word(option, word)
        settings[service] = {**settings.get(service, {}), key: setting}
    plain = {field.name: given[field.name] for field in fields(Choices) if field.name in given}
    return Choices(**plain, settings=settings)


def cluster_options(command: F) -> F:
    """Add the options that `choices_of` reads."""
    return reduce(lambda made, option: option(made), reversed(_OPTIONS), command)


def _like(form: str, _ctx: click.Context, param: click.Parameter, value: str) -> str:
    if value and not FORMS[form].pattern.fullmatch(value):
        what = f"{value!r} is not {FORMS[form].what}"
        raise UsageError(f"`{param.opts[0]}`: {what}", fix=f"write it as {FORMS[form].example}")
    return value


def _or_empty(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    return value or ""


def _domain(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not FORMS["ingress.host"].pattern.fullmatch(value):
        raise UsageError(f"{value!r} is not a domain", fix="write it as cluster.local")
    return value


def _version(_ctx: click.Context, _param: click.Parameter, value: str) -> Version:
    major, _, minor = value.removeprefix("v").partition(".")
    if major.isdecimal() and minor.isdecimal():
        version = Version(int(major), int(minor))
        if OLDEST <= version <= NEWEST:
            return version
    raise UsageError(
        f"{value!r} is not a version of Kubernetes from {OLDEST} to {NEWEST}",
        fix=f"a newer cluster takes the manifests of an older one: `--kubernetes {USUAL}`",
    )


_OPTIONS = (
    click.option(
        "--registry",
        default="",
        metavar="HOST/PATH",
        callback=checked.registry,
        help="Where images built here are.",
    ),
    click.option("--tag", default="", callback=checked.tag, help="Their tag."),
    click.option(
        "--kubernetes",
        "version",
        metavar="VERSION",
        default=str(USUAL),
        show_default=True,
        callback=_version,
        help=f"Oldest Kubernetes that is to take them, {OLDEST} to {NEWEST}.",
    ),
    click.option(
        "--namespace",
        default="",
        metavar="NAME",
        callback=checked.namespace,
        help="Namespace of all objects.",
    ),
    click.option(
        "--secrets",
        type=click.Choice(["external", "generate"]),
        default="external",
        show_default=True,
        help="Name the Secrets that you make, or write them with their values.",
    ),
    click.option(
        "--publish",
        "outside",
        type=click.Choice(["node-port", "load-balancer", "none"]),
        default="node-port",
        show_default=True,
        help="How published ports are reached from outside.",
    ),
    click.option(
        "--ingress",
        multiple=True,
        metavar="SERVICE=HOST",
        help="Publish a service under a host name by an Ingress.",
    ),
    click.option(
        "--ingress-class",
        default="",
        metavar="NAME",
        callback=partial(_like, "ingress.class"),
        help="Ingress class.",
    ),
    click.option(
        "--storage",
        default="1Gi",
        metavar="SIZE",
        show_default=True,
        callback=partial(_like, "storage"),
        help="Size of a volume.",
    ),
    click.option(
        "--storage-class",
        default="",
        metavar="NAME",
        callback=partial(_like, "storage-class"),
        help="Storage class of volumes.",
    ),
    click.option(
        "--proxy",
        type=click.Choice(["auto", "haproxy", "service"]),
        default="auto",
        show_default=True,
        help="Keep the HAProxy of a variant, or let a Service take its place; auto keeps it where a"
        " Service can do less.",
    ),
    click.option(
        "--ambassador",
        type=click.Choice(["service", "deployment", "sidecar"]),
        callback=_or_empty,
        help="An ambassador as a Service that points to its upstream, or as HAProxy: in pods of its"
        " own, or in each pod that dials it.  [default: as --proxy says]",
    ),
    click.option(
        "--cluster-domain",
        default="cluster.local",
        metavar="DOMAIN",
        show_default=True,
        callback=_domain,
        help="How the names of the cluster end.",
    ),
    click.option(
        "--liveness", "is_liveness", is_flag=True, help="Restart containers that become unhealthy."
    ),
    click.option(
        "--set",
        "set_words",
        multiple=True,
        metavar="SERVICE.KEY=VALUE",
        help="What Compose cannot say of a service, in place of `x-dcgen:` below it: "
        f"{', '.join(FORMS)}.",
    ),
)
