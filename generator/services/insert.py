"""Put a generated service into the text, in the place of the one whose name it takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from generator.editing.configs import put_config, remove_config
from generator.editing.draft import Draft
from generator.editing.edits import Span, remove_entries, service_span
from generator.editing.emit import Emitted, entries, flow, scalar
from generator.result import Settings, Variant
from generator.services import stats_port
from generator.services.completed import completed, with_grace, with_sysctls
from generator.services.former import Former
from generator.services.proxy import GeneratedService, ProxySpec, lb_config_of, proxy
from generator.services.references import point_volumes
from generator.services.routing import kept_labels, routing_labels, routing_variables
from generator.services.takeover import (
    carried,
    carried_flow,
    kept_lines,
    taken_over,
    written_anew,
)


@dataclass(frozen=True, slots=True)
class Replicas:
    """The replicas above their balancer: their *names*, and their text with a gap between them."""

    names: Sequence[str]
    render: Callable[[str], str]


def generate(
    draft: Draft, spec: ProxySpec, settings: Settings, before: Former | None
) -> GeneratedService:
    """Return the service that *spec* describes, for the file of *draft*.

    Args:
        draft: The variant in the making.
        spec: What the HAProxy is for.
        settings: How it is made.
        before: What dcgen wrote in its place before.

    Raises:
        UserError: Its statistics page finds no room in the file, a template is not there or is
            wrong, or *settings* contradict *spec*.
    """
    stats_port.require_room(draft.model, draft.name, settings, _former(before))
    whole = completed(draft, spec, settings, before)
    generated = with_sysctls(proxy(whole, settings), whole)
    image = str(generated.head["image"])
    if not before:
        _say_pull(draft, image)
    by_choice = settings.lb_config or settings.lb_image
    if lb_config_of(whole, settings) != "args":
        return generated
    if not (before or by_choice):
        _say_image(draft, image)
    return with_grace(generated, whole)


def _say_pull(draft: Draft, image: str) -> None:
    policy = draft.model.get(draft.name, "pull_policy")
    if policy == "never" and "pull_policy" in taken_over(draft.model, draft.name):
        draft.say(
            f"{image} is never pulled either, as `pull_policy` of {draft.name!r} says",
            "pull_policy",
            fix=f"have it where the application runs: docker pull {image}",
        )


def _say_image(draft: Draft, image: str) -> None:
    form = "the v1 format" if draft.document.v1 else f"version {draft.document.version}"
    draft.say(
        f"the HAProxy of {draft.name!r} is {image}, which is configured by its command:"
        f" docker-compose 1.x, which reads {form}, knows no inline configuration",
        fix="give `--lb-config inline` to have the official image",
    )


def insert(
    draft: Draft,
    generated: GeneratedService,
    before: Former | None,
    replicas: Replicas | None = None,
) -> None:
    """Put *generated* in the place of the service of *draft*, below its *replicas*.

    Without replicas nothing of the service stays. What stood there *before* goes, its
    configuration too; who shares volumes or a build with the service gets the first replica.
    """
    ports = generated.listens, _former(before).ports
    anew = written_anew(draft.model, draft.name, *ports, alone=not replicas)
    if draft.document.services.flow:
        above = f"{replicas.render(', ')}, " if replicas else ""
        service = draft.service
        text = above + _flow_entry(draft, generated, anew)
        draft.edits.replace(service.key.start, service.body.end, text)
        if before:
            remove_entries(draft.edits, draft.document.services, set(before.replicas))
    else:
        gap = draft.layout.newline if draft.layout.gap else ""
        above = replicas.render(gap) + gap if replicas else ""
        alone = not (replicas or draft.rescued)
        lines = _service_lines(draft, generated, anew, alone=alone, again=bool(before))
        _replace(draft, [*(before.replicas if before else ()), draft.name], above + lines)
    if before and before.config_name and not generated.config:
        remove_config(draft.edits, draft.document, before.config_name)
    if generated.config:
        put_config(draft.edits, draft.document, draft.layout, *generated.config)
    if replicas:
        draft.notices += point_volumes(
            draft.model, draft.edits, draft.name, replicas.names[0], draft.others
        )


def finished(
    draft: Draft, generated: GeneratedService, settings: Settings, before: Former | None
) -> Variant:
    """Return the variant: *draft* with its edits made, the statistics page published."""
    text = stats_port.published(draft.text(), draft.model, draft.name, settings, _former(before))
    return Variant(text, generated.files, tuple(draft.notices), generated.unproven)


def _former(before: Former | None) -> Settings:
    return before.settings if before else Settings()


def _replace(draft: Draft, old: Sequence[str], text: str) -> None:
    """Put *text* where the first of the services *old* stands, and take the others away."""
    document, source = draft.document, draft.document.text
    spans: list[Span] = sorted(
        (service_span(document, document.service(name)) for name in old),
        key=lambda span: span.start,
    )
    if spans[-1].end == len(source) and not source.endswith("\n"):
        text = text.removesuffix(draft.layout.newline)
    draft.edits.replace(spans[0].start, spans[0].end, text)
    end = spans[0].end
    for span in spans[1:]:
        between = source[end : span.start]
        draft.edits.delete(span.start if between.strip() else end, span.end)
        end = span.end


def _service_lines(
    draft: Draft,
    generated: GeneratedService,
    anew: Mapping[str, Emitted],
    *,
    alone: bool,
    again: bool,
) -> str:
    """Return the lines of the service.

    With *alone* nothing else of the former one stays in the file; *again* tells that it was
    generated before, and hands on what it carries. What is *anew* is not carried over.
    """
    model, service, layout, column = draft.model, draft.service, draft.layout, draft.column
    if again:
        between = kept_lines(model, service, layout, anew)
        routing = kept_labels(model, service.name)
    else:
        between = carried(model, service, layout, column, alone=alone, without=anew)
        routing = routing_labels(model, service.name, remarks=True)
    variables = routing_variables(model, service.name, remarks=True)
    head, tail = _with_routing(generated, routing, variables)
    name = " " * service.key.column + _key_text(draft) + ":" + layout.newline
    return (
        name
        + entries(head, layout, column)
        + between
        + entries({**_said(anew), **tail}, layout, column)
    )


def _said(values: Mapping[str, Emitted]) -> dict[str, Emitted]:
    """Return *values* but for lists that nothing is left of."""
    return {key: value for key, value in values.items() if value != []}


def _key_text(draft: Draft) -> str:
    key = draft.service.key
    return draft.document.text[key.start : key.end] if not key.anchor else scalar(draft.name)


def _flow_entry(draft: Draft, generated: GeneratedService, anew: Mapping[str, Emitted]) -> str:
    """Return the service as an entry of a `services` mapping in flow style."""
    moved = _said({**carried_flow(draft.model, draft.name), **anew})
    variables = routing_variables(draft.model, draft.name)
    head, tail = _with_routing(generated, routing_labels(draft.model, draft.name), variables)
    return f"{scalar(draft.name)}: {flow({**head, **moved, **tail})}"


def _with_routing(
    generated: GeneratedService, labels: dict[str, Emitted], variables: dict[str, Emitted]
) -> tuple[dict[str, Emitted], dict[str, Emitted]]:
    """Return head and tail of *generated*, with *labels* and the variables that lead a proxy."""
    head, tail = dict(generated.head), dict(generated.tail)
    if labels:
        ours = tail["labels"]
        tail["labels"] = {**labels, **(ours if isinstance(ours, dict) else {})}
    if variables:
        present = head.get("environment")
        head["environment"] = {**variables, **(present if isinstance(present, dict) else {})}
    return head, tail
