"""The blocks that run when the pages are built: here in this process, and in fewer worlds.

``pytest -m long tests/house/test_docs_built.py`` and ``python docs/build.py`` run them as they are.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from documented import PAGES, ROOT, WORLDS, smaller

from rumorsim.cli.app import cli


class Block(NamedTuple):
    """One block of a page: lines for a shell with their options, or a cell of Python."""

    text: str
    options: dict[str, str] | None


def executed(page: str) -> list[Block]:
    """The blocks of a page that its build executes, in order."""
    found = []
    pattern = r"^:::\{run\}\n(.*?)^:::$|^```\{code-cell\} python\n(.*?)^```$"
    for lines, cell in re.findall(pattern, PAGES[page], re.MULTILINE | re.DOTALL):
        options = dict(re.findall(r"^:(\w+): (.*)$", lines, re.MULTILINE)) if lines else None
        text = cell or re.sub(r"^:\w+:.*\n", "", lines, flags=re.MULTILINE)
        found.append(Block(text, options))
    return found


def performed(text: str) -> tuple[int, str]:
    """The exit code and output of lines for a shell; those of ours run in this process."""
    said = ""
    for ours, others in re.findall(r"^rumorsim (.*)\n|((?:^(?!rumorsim ).*\n)+)", text, re.M):
        if ours:
            # What follows a pipe only shortens what is said.
            words = shlex.split(ours.partition(" | ")[0])
            result = CliRunner().invoke(cli, words, prog_name="rumorsim")
            code, told = result.exit_code, result.output
        else:
            command = ["bash", "-euo", "pipefail", "-c", others]
            done = subprocess.run(command, capture_output=True, text=True)
            code, told = done.returncode, done.stdout + done.stderr
        said += told
        if code:
            return code, said
    return 0, said


@pytest.mark.parametrize("page", [page for page in PAGES if executed(page)])
def test_what_a_page_executes(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "tutorial"}
    for place, block in enumerate(executed(page)):
        text = smaller(block.text)
        if block.options is None:
            exec(compile(text, f"<{page}, block {place}>", "exec", dont_inherit=True), names)
            continue
        code, said = performed(text)
        assert code == int(block.options.get("exit", 0)), f"{page}: {text}\n{said}"
        assert said.strip() or ">" in text, f"{page}: {text} says nothing"
        if "picture" in block.options:
            assert (tmp_path / block.options["picture"]).stat().st_size > 300


def test_every_block_is_found() -> None:
    blocks = {page: executed(page) for page in PAGES}
    wanted = sum(text.count(":::{run}\n") + text.count("```{code-cell}") for text in PAGES.values())
    assert sum(map(len, blocks.values())) == wanted > 20
    pages = {str(each.relative_to(ROOT)) for each in (ROOT / "docs" / "tutorials").glob("*.md")}
    assert pages - {"docs/tutorials/index.md"} <= {page for page in PAGES if blocks[page]}


def test_a_block_that_fails_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert performed("rumorsim check smal | head\n")[0] == 2
    assert performed("cat nothing\nrumorsim cite\n")[0] == 1
    assert smaller("rumorsim compare a --replicates 50 --out b\n").split()[4] == str(WORLDS)
    assert smaller("rumorsim compare a\n") == f"rumorsim compare a --replicates {WORLDS}\n"
    assert smaller("compare(a, replicates=50)") == f"compare(a, replicates={WORLDS})"
