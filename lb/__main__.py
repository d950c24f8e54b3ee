"""Run the entry point of the image with ``python -m lb``."""

import os
import sys

from lb.hamba import main

sys.exit(main(sys.argv[1:], os.environ))
