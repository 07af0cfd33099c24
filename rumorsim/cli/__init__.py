"""The commands of ``rumorsim``: one file a command, and what they share."""

from rumorsim.cli.app import main

__all__ = ["main"]
