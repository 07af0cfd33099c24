"""The page of commands, from the command-line interface itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click
from fields import plain, table
from sources import cli

__all__ = ["commands"]


def commands(_: Path) -> str:
    """Every command with its arguments and options."""
    found = list(walk(cli, "rumorsim"))
    rows = [
        (f"[`{path}`](#{target(path)})", plain(each.get_short_help_str(200)))
        for path, each in found
    ]
    parts = [table(("Command", "What it does"), rows)]
    for path, each in found:
        parts += section(path, each)
    return "\n".join(parts)


def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """All commands below one that are not groups themselves, by name."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command, info_name=path)
    for name in sorted(command.list_commands(context)):
        below = command.get_command(context, name)
        if below is not None and not below.hidden:
            yield from walk(below, f"{path} {name}")


def target(path: str) -> str:
    """What links to a command go to."""
    return path.replace(" ", "-")


def section(path: str, command: click.Command) -> Iterator[str]:
    """One command: usage, help, options."""
    context = click.Context(command, info_name=path)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"\n({target(path)})=\n## `{path}`\n\n```text\n{path} {usage}\n```\n"
    yield help_text(command.help or "")
    records = [each.get_help_record(context) for each in command.get_params(context)]
    rows = [(f"`{each[0]}`", escaped(each[1])) for each in records if each and each[1]]
    yield "\n" + table(("Option", "Meaning"), rows)


def escaped(text: str) -> str:
    """A line of help as Markdown that shows its stars and brackets."""
    return plain(text).replace("*", "\\*").replace("<", "\\<").replace("[", "\\[")


def help_text(text: str) -> str:
    """A help text as Markdown; paragraphs whose lines click keeps become blocks."""
    paragraphs = []
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b\n"):
            paragraphs.append("```text\n" + inspect.cleandoc(paragraph[2:]) + "\n```")
        else:
            paragraphs.append(escaped(paragraph))
    return "\n\n".join(paragraphs) + "\n"
