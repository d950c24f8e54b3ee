"""Run the ``dcgen`` command with ``python -m dcgen``."""

from dcgen.start import main

main()
