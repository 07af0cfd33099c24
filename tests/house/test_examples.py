"""The worked examples: their commands run, in time, and give the answers their pages quote."""

from __future__ import annotations

import html
import re
import shlex
import shutil
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from rumorsim.cli.app import cli

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ("how_soon", "classroom_rumor", "policy_memo")
#: Seconds of processor time, of which two cores do twice as many in a minute.
LIMIT = 60.0


def commands(text: str) -> list[str]:
    return "".join(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)).splitlines()


def quoted(text: str) -> list[str]:
    """What stands in quotation blocks, each as one line."""
    blocks = re.findall(r"(?:^> .*\n)+", text, re.MULTILINE)
    return [" ".join(block.replace("> ", " ").split()) for block in blocks]


def answer(page: Path) -> str:
    (found,) = re.findall(r'<p class="answer">(.*?)</p>', page.read_text(encoding="utf-8"))
    return " ".join(html.unescape(found).replace("\u00a0", " ").split())


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "experiments" / name, tmp_path / "experiments" / name)
    text = (ROOT / "experiments" / name / "README.md").read_text(encoding="utf-8")
    lines = commands(text)
    assert len(lines) >= 2
    monkeypatch.chdir(tmp_path)
    before = time.process_time()
    for line in lines:
        result = CliRunner().invoke(cli, shlex.split(line)[1:], prog_name="rumorsim")
        assert result.exit_code == 0, f"{line}\n{result.stderr}"
    used = time.process_time() - before
    pages = [tmp_path / line.split()[2] / "report.html" for line in lines if " report " in line]
    assert [answer(page) for page in pages] == quoted(text)
    assert used < LIMIT


def test_a_stale_answer_would_be_seen() -> None:
    text = "> “close” cut it\n> by 3 %.\n\nMore.\n\n> Another.\n"
    assert quoted(text) == ["“close” cut it by 3 %.", "Another."]
    assert quoted(text) != ["“close” cut it by 4 %.", "Another."]
