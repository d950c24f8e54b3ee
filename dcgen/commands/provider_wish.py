"""What a service with a provider is to become.

    compose.yml + compose.scaled.yml      what Compose says that they say together
    without `provider`                    the step that its options ask for
    the generated services alone          run by Compose under the name of the same project

The others are Compose's own: it has started what ours depend on, and starts what depends on them.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from dcgen.commands.provider_options import OptionError, as_options, asked
from dcgen.commands.steps import Step, transformed
from dcgen.provider import places, resolved
from dcgen.provider.caller import Caller
from dcgen.provider.wish import Wish
from faults import Place, UserError
from generator.targets.json_form import KEY, to_json


def wish(caller: Caller, project: str, service: str, given: Sequence[tuple[str, str]]) -> Wish:
    """Return what *service* of *project* is to become as *given*, names and values, say.

    Raises:
        UserError: That cannot be.
        HostError: Compose does not say what its files say.
    """
    paths = places.files(caller)
    folder = places.folder(caller, paths)
    found = resolved.resolved(caller, project)
    where = places.place(paths, service)
    try:
        step = asked(service, given, resolved.options(found, service), folder)
        elsewhere = any(name == "upstream" for name, _ in given)
        plain = resolved.without_provider(found, service, elsewhere=elsewhere)
        made, said = _made(step, plain, where)
    except OptionError as error:
        error.where = places.place(paths, service, error.name)
        raise
    except UserError as error:
        fix = as_options(error.fix)
        raise type(error)(as_options(error.what), fix=fix, where=where) from error
    is_awaited = resolved.is_awaited(found, service)
    return Wish(service, made, step.done, folder, where, is_awaited, said)


def _made(step: Step, found: resolved.Data, where: Place) -> tuple[resolved.Data, list[str]]:
    # Returns a Compose file with what the step makes of the service, and what a person should know.
    model = Model(load(json.dumps(found), where.file), Project(Path()))
    variant = transformed([step], model, "compose.json", is_default=True)
    if variant.files:
        what = f"a provider writes no files, such as {', '.join(variant.files)}"
        raise UserError(what, fix="leave out `lb-config: file`")
    made: resolved.Data = json.loads(to_json(variant.text))
    made.pop(KEY, None)
    new = [name for name in made["services"] if name not in found["services"]]
    # What `dcgen up` does for a person, a provider does, too.
    notices = [notice for notice in variant.warnings if "dcgen up" not in notice.fix]
    said = [as_options(f"{notice.what}; {notice.fix}") for notice in notices]
    return resolved.part(made, [*new, step.service], where), said
