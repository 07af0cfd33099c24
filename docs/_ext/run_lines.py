"""Sphinx extension: ``run`` shows lines for a shell and, below them, what they print.

The lines of a page run one block after the other in a folder of the page's own::

    :::{run}
    :picture: small/reach-over-time.svg
    :alt: Accounts reached over time under each policy
    rumorsim compare small --replicates 10 --out small
    :::

Options: ``picture`` (a file that the lines wrote) with ``alt``; ``exit`` (the exit code that is
expected, 0); ``first`` (show that many lines of output); ``silent`` (show no output).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

__all__ = ["RunLines", "run_lines", "setup"]

#: Seconds that one block may take.
_LIMIT = 300
_KEY = "rumorsim run folder"


def run_lines(lines: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run lines in a shell that stops at the first failure."""
    env = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    # The program of the Python that builds the pages, wherever it is installed.
    program = f'rumorsim() {{ "{sys.executable}" -m rumorsim "$@"; }}'
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{program}\n{lines}"],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LIMIT,
    )


class RunLines(SphinxDirective):
    """The directive ``run``."""

    has_content = True
    option_spec: ClassVar = {
        "picture": directives.unchanged,
        "alt": directives.unchanged_required,
        "exit": directives.nonnegative_int,
        "first": directives.positive_int,
        "silent": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        lines = "\n".join(self.content)
        done = run_lines(lines, _folder(self.env))
        if done.returncode != self.options.get("exit", 0):
            raise self.error(f"exit code {done.returncode}: {lines}\n{done.stdout}{done.stderr}")
        found: list[nodes.Node] = [_block(lines, "sh", "run-lines")]
        printed = done.stdout if done.returncode == 0 else done.stdout + done.stderr
        if printed.strip() and "silent" not in self.options:
            found.append(_block(_first(printed.rstrip(), self.options.get("first")), "text", "ran"))
        if "picture" in self.options:
            found.append(self._picture())
        return found

    def _picture(self) -> nodes.Node:
        if not self.options.get("alt"):
            raise self.error("a picture needs an alt text")
        source = _folder(self.env) / self.options["picture"]
        name = f"{self.env.docname}-{self.options['picture']}".replace("/", "-")
        place = Path(self.env.srcdir) / "_generated" / "ran" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
        return nodes.image(
            uri=f"/_generated/ran/{name}", alt=self.options["alt"], classes=["ran-picture"]
        )


def _block(text: str, language: str, kind: str) -> nodes.Node:
    return nodes.literal_block(text, text, language=language, classes=[kind])


def _first(text: str, count: int | None) -> str:
    lines = text.splitlines()
    return text if count is None or len(lines) <= count else "\n".join([*lines[:count], "..."])


def _folder(env: Any) -> Path:
    """The folder in which the lines of the present page run; it goes when the page is read."""
    if _KEY not in env.temp_data:
        env.temp_data[_KEY] = tempfile.TemporaryDirectory(prefix="rumorsim-docs-")
    return Path(env.temp_data[_KEY].name)


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("run", RunLines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
