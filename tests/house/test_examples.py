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
from documented import smaller

from rumorsim.cli.app import cli

ROOT = Path(__file__).resolve().parents[2]
#: Examples whose worlds take longer than all other tests of the house.
LARGE = ("how_soon", "policy_memo")
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


def answers(name: str, folder: Path, small: bool) -> list[str]:
    """The answers of the pages that the commands of an example write; in few worlds if small."""
    shutil.copytree(ROOT / "experiments" / name, folder / "experiments" / name)
    if small:
        for study in (folder / "experiments" / name).glob("*.toml"):
            study.write_text(smaller(study.read_text(encoding="utf-8")), encoding="utf-8")
    lines = commands((ROOT / "experiments" / name / "README.md").read_text(encoding="utf-8"))
    assert len(lines) >= 2
    for line in lines:
        words = shlex.split(smaller(line) if small else line)[1:]
        result = CliRunner().invoke(cli, words, prog_name="rumorsim")
        assert result.exit_code == 0, f"{line}\n{result.stderr}"
    return [
        answer(folder / line.split()[2] / "report.html") for line in lines if " report " in line
    ]


@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=pytest.mark.long) for each in LARGE] + ["classroom_rumor"]
)
def test_example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = time.process_time()
    found = answers(name, tmp_path, small=False)
    assert found == quoted((ROOT / "experiments" / name / "README.md").read_text(encoding="utf-8"))
    assert time.process_time() - before < LIMIT


@pytest.mark.parametrize("name", LARGE)
def test_commands_of_a_large_example(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert all(len(each) > 40 for each in answers(name, tmp_path, small=True))


def test_a_stale_answer_would_be_seen() -> None:
    text = "> “close” cut it\n> by 3 %.\n\nMore.\n\n> Another.\n"
    assert quoted(text) == ["“close” cut it by 3 %.", "Another."]
    assert quoted(text) != ["“close” cut it by 4 %.", "Another."]
