"""The transforms, one module each."""
