"""The door: the ``dcgen`` command, and the errors that every room may raise."""

__version__ = "0.1.0"
