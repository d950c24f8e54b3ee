"""A person's own templates, which take the place of dcgen's by their names.

They may be somebody else's: they are rendered in Jinja2's sandbox, which keeps a template from what
is not meant for it, and they read no file outside of their folder. Ours are there as ``dcgen/NAME``
too, so that a template can add to what it replaces: ``{% include "dcgen/defaults.j2" %}``.

Source: Jinja2, "Sandbox" and "Loaders"; names of templates are paths below a folder.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from faults import Place, UserError, nearest
from lb import programs
from lb.check import check

SUFFIX = ".j2"
OURS = "dcgen"
_FIX = "correct the template; dcgen's own show what there is to use"


class _Folder(jinja2.BaseLoader):
    """The templates in *folder*, and nothing that a link leads to outside of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, None]:  # noqa: ARG002 - Jinja2's signature
        path = self.folder.joinpath(*split_template_path(template))
        if not path.is_file():
            raise jinja2.TemplateNotFound(template)
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.folder)):
            raise UserError(
                f"{template!r} is a link to a file outside of its folder",
                fix="put a copy of that file into the folder",
                where=Place(str(path)),
            )
        try:
            return path.read_text(encoding="utf-8"), str(path), None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise UserError(
                f"cannot read the template: {reason}",
                fix="save it as UTF-8 text that you may read",
                where=Place(str(path)),
            ) from error


def sandbox(folder: Path, ours: Path) -> jinja2.Environment:
    """Return where the templates in *folder* are rendered, in the place of *ours*.

    Raises:
        UserError: There is no such folder, none of its templates has a name of ours, or one has
            another name and none includes it.
    """
    if not folder.is_dir():
        raise UserError(
            f"there is no folder '{folder}' with templates",
            fix="give `--template` a folder that has some",
        )
    known = jinja2.FileSystemLoader(ours)
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader([_Folder(folder), known, jinja2.PrefixLoader({OURS: known})])
    )
    _require_known(environment, folder, sorted(path.name for path in ours.glob(f"*{SUFFIX}")))
    return environment


def rendered(
    environment: jinja2.Environment, folder: Path, main: str, values: Mapping[str, Any]
) -> str:
    """Return what the template *main* makes of *values*, in *environment* (see `sandbox`).

    Raises:
        UserError: A template is wrong, or they make what no configuration can hold.
    """
    try:
        text = environment.get_template(main).render(values)
    except UserError as error:
        where = error.where or _place(error, folder)
        raise UserError(error.what, fix=error.fix, where=where) from error
    except jinja2.TemplateSyntaxError as error:
        place = Place(error.filename or str(folder), error.lineno)
        raise UserError(error.message or "", fix=_FIX, where=place) from error
    except Exception as error:
        what = str(error) if isinstance(error, jinja2.TemplateError) else repr(error)
        if isinstance(error, jinja2.TemplateNotFound):
            what = f"there is no template {error.name!r}"
        raise UserError(what, fix=_FIX, where=_place(error, folder)) from error
    strange = next((char for char in text if not (char.isprintable() or char in "\n\t")), "")
    if strange:
        raise UserError(
            f"the templates make a character that no configuration can hold: {strange!r}",
            fix="remove it from the templates",
            where=Place(str(folder)),
        )
    return text.rstrip("\n") + "\n"


def prove(text: str, folder: Path, files: Mapping[str, Path]) -> None:
    """Return if HAProxy accepts *text*, which the templates in *folder* made.

    Args:
        text: The configuration.
        folder: The templates.
        files: See `lb.check.check`.

    Raises:
        HostError: There is no HAProxy on this machine, or it does not answer.
        UserError: HAProxy refuses *text*.
    """
    try:
        check(text, files)
    except UserError as error:
        lines = [int(number) for number in re.findall(r"\[haproxy\.cfg:(\d+)\]", str(error))]
        line = text.splitlines()[lines[0] - 1] if lines else ""
        raise UserError(
            f"{programs.find('haproxy')} refuses what the templates make",
            reasons=error.reasons,
            fix="correct the template, or run dcgen where HAProxy is as new as the template needs",
            where=_origin(folder, line) or Place(str(folder)),
        ) from error


def _origin(folder: Path, line: str) -> Place | None:
    # The one line of a template that is *line*; None if none is, or several are.
    found = [
        Place(str(path), number)
        for path in _paths(folder)
        for number, other in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if other.strip() == line.strip()
    ]
    return found[0] if len(found) == 1 else None


def _require_known(environment: jinja2.Environment, folder: Path, ours: Sequence[str]) -> None:
    # A name with a slip would be passed over in silence.
    paths = {path.name: path for path in _paths(folder)}
    if not paths.keys() & set(ours):
        raise UserError(
            f"no template in '{folder}' has the name of one of dcgen's",
            fix=f"name it as the one whose place it takes: {', '.join(ours)}",
        )
    included = {name for path in paths.values() for name in _included(environment, path)}
    for name, path in paths.items():
        if name not in ours and name not in included and None not in included:
            raise UserError(
                f"{name!r} takes the place of no template, and none includes it",
                fix=nearest(name, ours, f"rename it: {', '.join(ours)}"),
                where=Place(str(path)),
            )


def _included(environment: jinja2.Environment, path: Path) -> Iterator[str | None]:
    # None is a name that is known only when it is rendered. What does not parse is told then.
    try:
        yield from meta.find_referenced_templates(environment.parse(path.read_text("utf-8")))
    except (jinja2.TemplateSyntaxError, OSError, UnicodeDecodeError):
        yield None


def _paths(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if path.is_file())


def _place(error: Exception, folder: Path) -> Place:
    # Jinja2 writes a template's own lines into the traceback: the last of them is where it failed.
    found = Place(str(folder))
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(SUFFIX):
            found = Place(file, trace.tb_lineno)
        trace = trace.tb_next
    return found
