"""The door: the ``dcgen`` command, and the errors that every room may raise."""

from dcgen import own_packages

__version__ = "0.1.0"

own_packages.prefer()  # before any module of dcgen imports one of them
