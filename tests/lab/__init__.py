"""Real Docker Engines for the tests: one for this machine, and several hosts beside it."""
