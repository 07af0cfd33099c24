"""Numbers with what they count: one account, two accounts, in whatever people read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rumorsim.cli.app import cli
from rumorsim.common.plurals import counted

COLUMNS = ("--columns", "follower followee")
#: One of everything that a scenario can have one of.
ONE = """
horizon = "1 h"

[graph]
kind = "file"
path = "g.txt"
columns = "follower followee"

[[stories]]
name = "rumor"
truth = false
author = { random = 1 }
at = ["0 h"]
appeal = 0.5

[[policies]]
name = "close"
interventions = [{ kind = "close-accounts", when = { shares = 1 }, whom = { strikes = 1 } }]
"""
SWEEP = """
scenario = "one.toml"
replicates = 1

[[parameters]]
key = "stories[rumor].appeal"
values = [0.5]
"""
COMMANDS = (
    ("check", "one.toml"),
    ("describe", "one.toml"),
    ("run", "one.toml", "--policy", "close", "--out", "ran"),
    ("report", "ran"),
    ("compare", "one.toml", "--replicates", "1", "--out", "compared"),
    ("compare", "one.toml", "--replicates", "1", "--full"),
    ("report", "compared"),
    ("sweep", "one-sweep.toml", "--out", "swept"),
    ("report", "swept"),
    ("graph", "info", "g.txt", *COLUMNS),
    ("graph", "convert", "g.txt", "h.txt", *COLUMNS),
    ("graph", "info", "three.txt", *COLUMNS),
    ("graph", "info", "wide.csv", *COLUMNS),
)
#: A number of one thing, and a word that may be its plural.
ONE_OF = re.compile(r"(?<![\w.,:/-])1 (?:[a-z]+ )?([a-z]{2,}s)\b(?!['\u2019])")
#: Singular nouns, verbs and so on that end in s.
SINGULAR = {"is", "was", "has", "as", "its", "this", "does", "unless", "less", "across"}


def test_counted() -> None:
    assert counted(0, "account") == "0 accounts"
    assert counted(1, "account") == "1 account"
    assert counted(1200, "account") == "1,200 accounts"
    assert counted(1.0, "story", "stories", spec=".0f") == "1 story"
    assert counted(2, "story", "stories") == "2 stories"


def test_one_of_a_thing_is_never_told_in_the_plural(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.txt").write_text("# a comment\n1 0\n0 0\n1 0\n")
    (tmp_path / "three.txt").write_text("1 2 3\n4 5\n")
    (tmp_path / "wide.csv").write_text("a,b\nc\n")
    (tmp_path / "one.toml").write_text(ONE)
    (tmp_path / "one-sweep.toml").write_text(SWEEP)
    told = {}
    for words in COMMANDS:
        done = CliRunner().invoke(cli, words)
        refused = "three.txt" in words or "wide.csv" in words
        assert done.exit_code == (2 if refused else 0), done.output
        told[" ".join(words)] = done.output
    for page in tmp_path.rglob("report.html"):
        text = re.sub(r"<(script|style).*?</\1>", " ", page.read_text(), flags=re.DOTALL)
        told[str(page)] = re.sub(r"<[^>]*>", "  ", text)
    assert len(told) == len(COMMANDS) + 3
    wrong = [
        (what, found[0])
        for what, text in told.items()
        for found in ONE_OF.finditer(text)
        if found[1] not in SINGULAR
    ]
    assert wrong == []
