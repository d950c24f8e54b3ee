"""Run the ``dcgen`` command with ``python -m dcgen``."""

from dcgen.cli import main

main(prog_name="dcgen")
