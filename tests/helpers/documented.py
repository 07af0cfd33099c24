"""The commands and code of the README and of the pages in docs/."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "COMMANDS",
    "PAGES",
    "ROOT",
    "WORLDS",
    "Command",
    "blocks",
    "needed_by",
    "smaller",
    "unquoted",
    "written_by",
]

ROOT = Path(__file__).resolve().parents[2]
#: The text of every page by its path from the root, the README first.
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}


class Command(NamedTuple):
    """One line of a block of shell commands, without its comment."""

    line: str
    page: str


def blocks(page: str, language: str) -> list[str]:
    """The blocks of a language on a page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL)


def _commands() -> list[Command]:
    found: dict[str, Command] = {}
    for page in PAGES:
        for block in blocks(page, "sh"):
            for line in block.splitlines():
                plain = line.split(" #")[0].strip()
                found.setdefault(plain, Command(plain, page))
    return list(found.values())


#: Every command once, in order.
COMMANDS = _commands()


#: Worlds of a comparison, whatever the page says: what more of them show is no matter in tests.
WORLDS = 3


def smaller(text: str) -> str:
    """Lines for a shell, or Python, with no more than so many worlds of a comparison."""
    text = re.sub(r"(replicates\W{1,3})\d+", rf"\g<1>{WORLDS}", text)
    line = r"^(rumorsim compare (?!.*--(?:replicates|precision|tail)).*)$"
    return re.sub(line, rf"\1 --replicates {WORLDS}", text, flags=re.MULTILINE)


def unquoted(line: str) -> str:
    """A line without the parts in quotes, in which > is no redirection."""
    return re.sub(r'"[^"]*"', "", line)


def written_by(line: str) -> set[str]:
    """The files and directories that a line writes."""
    names = re.findall(r"(?:--out|--events|--tables|>|init|convert \S+) (\S+)", unquoted(line))
    return {name for name in names if not name.startswith("-")}


def needed_by(command: Command) -> list[Command]:
    """The commands that must run before this one, which reads what they write, in order."""
    place = COMMANDS.index(command) if command in COMMANDS else 0
    read = [
        earlier
        for earlier in COMMANDS[:place]
        if any(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", command.line)
               for name in written_by(earlier.line) - written_by(command.line))
    ]  # fmt: skip
    found = [before for each in read for before in [*needed_by(each), each]]
    return sorted(dict.fromkeys(found), key=COMMANDS.index)
