"""What a generated service has of the file that it stands in: templates, time to stop, an image.

Source: Compose Specification, "stop_grace_period" and "pull_policy".
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from composefile.duration import seconds
from composefile.model import Model
from generator.checks.unprivileged import unreadable_notices
from generator.editing.draft import Draft
from generator.editing.emit import Quoted
from generator.result import Settings
from generator.services.former import Former
from generator.services.kernel import sysctls
from generator.services.proxy import GeneratedService, ProxySpec, lb_config_of
from lb.image import DEFAULT_IMAGE, GRACE_S, HARD_STOP_S, STOP_SECONDS, stop_grace_s

if TYPE_CHECKING:
    from generator.services.own_templates import OwnTemplates


def completed(
    draft: Draft, spec: ProxySpec, settings: Settings, before: Former | None
) -> ProxySpec:
    """Return *spec* with a person's own templates, and with the service's time to stop and network.

    Raises:
        UserError: A template is not there, or is wrong.
    """
    # docker-compose 1.x takes no `sysctls` in version 2.0, whose HAProxy has arguments.
    late = spec.configuration.late.ports  # whose numbers may be any
    ours = lb_config_of(spec, settings) != "args"
    ports = [0 if late else port for port in spec.routes] if ours else []
    if ours and settings.lb_image in (None, DEFAULT_IMAGE):
        files, secrets = [path for _, path in spec.files], dict.fromkeys(spec.secrets.values())
        draft.notices += unreadable_notices(draft.model, draft.name, files, secrets)
    hard_stop_s = _hard_stop_s(draft.model, draft.name, before)
    return replace(
        spec,
        template=_templates(draft, settings),
        configuration=replace(spec.configuration, hard_stop_s=hard_stop_s),
        sysctls=sysctls(draft.model, draft.name, ports),
    )


def _templates(draft: Draft, settings: Settings) -> "OwnTemplates | None":
    if settings.template is None:
        return None
    from generator.services.own_templates import own_templates  # noqa: PLC0415 - few have them

    return own_templates(draft.model, draft.name, settings.template)


def with_sysctls(generated: GeneratedService, spec: ProxySpec) -> GeneratedService:
    """Return *generated* with the settings of the kernel that *spec* asks for, above its labels."""
    if spec.v1 or not spec.sysctls:
        return generated
    rest = {key: value for key, value in generated.tail.items() if key != "labels"}
    last = {"labels": generated.tail["labels"]}
    return replace(generated, tail={**rest, "sysctls": [*spec.sysctls], **last})


def with_grace(generated: GeneratedService, spec: ProxySpec) -> GeneratedService:
    """Return *generated* with the time to stop that *spec* asks for, if it is not Docker's own."""
    if spec.v1 or spec.configuration.hard_stop_s == HARD_STOP_S:
        return generated
    seconds_left = spec.configuration.hard_stop_s
    present = generated.head.get("environment")
    variables = {
        **(present if isinstance(present, dict) else {}),
        STOP_SECONDS: Quoted(f"{seconds_left:g}"),
    }
    grace = f"{stop_grace_s(seconds_left):g}s"
    return replace(
        generated,
        head={**generated.head, "environment": variables},
        tail={"stop_grace_period": grace, **generated.tail},
    )


def _hard_stop_s(model: Model, name: str, before: Former | None) -> float:
    # Clients have as long as the service gave them, if that is more than Docker's own time.
    holder = before.replicas[0] if before and before.replicas else name
    grace_s = seconds(model.shown(holder, "stop_grace_period"))
    if before and holder == name:
        grace_s -= stop_grace_s(0)  # an ambassador's is longer, to close what is left
    return grace_s if grace_s > GRACE_S else HARD_STOP_S
