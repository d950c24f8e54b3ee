"""Name the HAProxy configurations beside a variant after its file, so that no two share one.

Of ``generated.yml`` it is ``web.haproxy.cfg``, of ``prod.yml`` it is ``prod.web.haproxy.cfg``.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from composefile.document import load
from generator.editing.edits import Edits
from generator.result import CONFIGURATION, Variant
from generator.targets.compose import paths, rewrite


def named_after(variant: Variant, output: str, file: str) -> Variant:
    """Return *variant* with each configuration beside it named after the file *output*.

    Those of included files are, too. What stands in the name of *output* and means something in
    a path of Compose's, such as a colon, becomes a hyphen. *file* is what errors call the source.
    """
    stem = re.sub(r"[^\w.-]", "-", PurePath(output).stem)

    def new(path: str) -> str:
        folder, name = posixpath.split(path)
        return posixpath.join(folder, f"{stem}.{name}" if name.endswith(CONFIGURATION) else name)

    included = {}
    for path, text in variant.included.items():
        folder = posixpath.dirname(path)
        beside = {
            posixpath.basename(other): posixpath.basename(new(other))
            for other in variant.included
            if posixpath.dirname(other) == folder
        }
        is_text = path.endswith(CONFIGURATION)
        included[new(path)] = text if is_text else _mounting(text, path, beside)
    return replace(
        variant,
        text=_mounting(variant.text, file, {name: new(name) for name in variant.files}),
        files={new(name): text for name, text in variant.files.items()},
        included=included,
    )


def _mounting(text: str, file: str, renamed: Mapping[str, str]) -> str:
    """Return the Compose file *text* with what it mounts by an old name under its new one."""
    edits = Edits(text)
    for node, kind in paths(load(text, file)):
        before, colon, rest = node.value.partition(":")
        new = renamed.get(before.removeprefix("./"))
        if kind == "volume" and new and colon and rest:
            rewrite(edits, node, f"./{new}:{rest}")
    return edits.apply()
