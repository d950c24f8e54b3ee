"""Compiled templates, where Python keeps its compiled modules: in ``__pycache__`` beside them."""

import contextlib
import sys
from pathlib import Path
from pickle import UnpicklingError

import jinja2
from jinja2.bccache import Bucket

_UNREADABLE = (OSError, EOFError, ValueError, TypeError, UnpicklingError)


class TemplateCache(jinja2.FileSystemBytecodeCache):
    """What was compiled of templates before; what cannot be kept is compiled each time."""

    def __init__(self, templates: Path) -> None:
        super().__init__(str(templates / "__pycache__"), f"%s-{jinja2.__version__}.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill *bucket*, if what is kept of its template can be read and is of this text."""
        try:
            super().load_bytecode(bucket)
        except _UNREADABLE:
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep *bucket*, if Python may write compiled modules, and there."""
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)
