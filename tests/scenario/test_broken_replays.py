"""Broken files of cascades, and policies that they cannot bear: told in a line, exit code 2."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rumorsim.cli.app import main
from rumorsim.scenario.shipped import shipped

#: Two cascades of which one has a share, as people have them.
TABLE = """\
cascade,account,time,post,parent,followers,truth,category
a,u1,0,1,,10,false,health
a,u2,60,2,1,5,false,health
b,u1,0,3,,10,true,politics
"""
REPLAY = '[replay]\ncascades = "shares.csv"\n'
POLICY = '\n[[policies]]\nname = "p"\n[[policies.interventions]]\n'
LABEL = POLICY + 'kind = "label"\nwhen = { age = "1 h" }\n'
MADE_UP = shipped()["replay"].parent / "cascades" / "made-up.ndjson"


def told(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str = "check",
) -> tuple[int, str]:
    """Exit code and standard error of a command on the scenario in a folder."""
    words = ["rumorsim", command, str(folder / "replay.toml")]
    if command == "run":
        words += ["--policy", "p"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0), capsys.readouterr().err


#: Name: scenario, table, what is told of it.
FILES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "no-such-file": (REPLAY.replace("shares", "share"), TABLE, ("there is no such file", "shares")),
    "a-folder": (REPLAY.replace("shares.csv", "."), TABLE, ("replay.toml",)),
    "empty": (REPLAY, "", ("shares.csv",)),
    "only-a-head": (REPLAY, TABLE.splitlines()[0] + "\n", ("shares.csv", "holds no rows")),
    "no-column-of-accounts": (REPLAY, TABLE.replace("account", "user"), ("account", "columns")),
    "no-column-of-times": (REPLAY, TABLE.replace("time", "when"), ("time", "columns")),
    "no-column-of-cascades": (REPLAY, TABLE.replace("cascade", "item"), ("cascade", "columns")),
    "time-is-a-word": (REPLAY, TABLE.replace("u1,0,1", "u1,soon,1"), ("line 2", '"soon"', "time")),
    "time-is-absent": (REPLAY, TABLE.replace(",60,", ",,"), ("line 3", "time")),
    "time-without-a-zone": (
        REPLAY,
        TABLE.replace("u1,0,1", "u1,2023-01-01 08:00,1"),
        ("line 2", "zone", "2023-01-01 08:00"),
    ),
    "truth-is-a-word": (REPLAY, TABLE.replace("true", "maybe"), ("line 4", '"maybe"', "truth")),
    "truth-refused": (
        REPLAY + 'rules = { unknown-truth = "refuse" }\n',
        TABLE.replace("true", ""),
        ("line 4", "unknown-truth"),
    ),
    "followers-are-a-word": (REPLAY, TABLE.replace(",5,", ",many,"), ("line 3", "many")),
    "two-originals": (REPLAY, TABLE + "a,u3,0,4,,10,false,health\n", ("two-roots", "line 5")),
    "no-original": (REPLAY, TABLE.replace("a,u1,0,1,,", "a,u1,0,1,9,"), ("no-root",)),
    "account-is-absent": (REPLAY, TABLE.replace("u2", ""), ("line 3", "account")),
    "ragged": (REPLAY, TABLE.replace("b,u1,0", "b,u1"), ("shares.csv",)),
    "role-unknown": (
        REPLAY + 'columns = { acount = "account" }\n',
        TABLE,
        ("acount", '"account"'),
    ),
    "column-unknown": (REPLAY + 'columns = { account = "user" }\n', TABLE, ('"user"', "account")),
    "rule-unknown": (REPLAY + 'rules = { two-roots = "merge" }\n', TABLE, ("two-roots", '"merge"')),
    "fault-unknown": (REPLAY + 'rules = { two-root = "drop" }\n', TABLE, ("two-root", "two-roots")),
    "fault-refused": (
        REPLAY + 'rules = { absent-parent = "refuse" }\n',
        TABLE.replace("2,1,5", "2,7,5"),
        ("line 3", "absent-parent"),
    ),
    "format-unknown": (REPLAY + 'format = "tabel"\n', TABLE, ('"tabel"', '"table"')),
    "another-format": (REPLAY + 'format = "pnnl"\n', TABLE, ("shares.csv", "line 1")),
    "another-digest": (REPLAY + f'sha256 = "{64 * "a"}"\n', TABLE, ("shares.csv", "has changed")),
    "no-originals": (REPLAY + 'originals = "heads.csv"\n', TABLE, ("heads.csv", "no such file")),
    "no-follows": (REPLAY + 'follows = "follows.txt"\n', TABLE, ("follows.txt", "no such file")),
    "options-of-a-stream": (
        f'[replay]\ncascades = "{MADE_UP}"\nunit = "hours"\n',
        TABLE,
        ("made-up.ndjson", "replay.unit", "no effect"),
    ),
    "file-of-the-wrong-sort": (REPLAY, "<html><body>moved</body></html>\n", ("shares.csv",)),
    "a-null": (REPLAY.replace("shares", "sha\\u0000res"), TABLE, ("is not a file name",)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_of_cascades_is_refused(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("pyarrow", reason="tables need the extra [data]")
    scenario, table, words = FILES[name]
    (tmp_path / "replay.toml").write_text(scenario, encoding="utf-8")
    (tmp_path / "shares.csv").write_text(table, encoding="utf-8")
    code, text = told(tmp_path, monkeypatch, capsys)
    assert code == 2, text
    assert text.startswith("error: ")
    assert "Traceback" not in text
    missing = [word for word in words if word not in text]
    assert not missing, text


#: Name: policy, what is told when it runs.
POLICIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "story-unknown": (
        LABEL + 'whom = { stories = ["c"] }\n',
        ("policies[0].interventions[0].whom.stories", '"c"'),
    ),
    "category-unknown": (
        LABEL + 'whom = { categories = ["helth"] }\n',
        ("whom.categories", '"helth"', '"health"'),
    ),
    "account-unknown": (LABEL + 'whom = { accounts = ["u9"] }\n', ("whom.accounts", "u9")),
    "limit-without-followers": (
        POLICY + 'kind = "friction"\nforward_limit = 5\nwhen = { at = ["0 h"] }\n',
        ("forward_limit", "5", "followers"),
    ),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_that_the_cascades_cannot_bear_is_refused(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("pyarrow", reason="tables need the extra [data]")
    policy, words = POLICIES[name]
    table = TABLE.replace(",10,", ",,").replace(",5,", ",,")
    (tmp_path / "replay.toml").write_text(REPLAY + policy, encoding="utf-8")
    (tmp_path / "shares.csv").write_text(table, encoding="utf-8")
    code, text = told(tmp_path, monkeypatch, capsys, "run")
    assert code == 2, text
    assert "Traceback" not in text
    assert all(word in text for word in words), text


def test_the_table_itself_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Negative control: all of the above are variations of what is read without a fault."""
    pytest.importorskip("pyarrow", reason="tables need the extra [data]")
    (tmp_path / "replay.toml").write_text(REPLAY + LABEL, encoding="utf-8")
    (tmp_path / "shares.csv").write_text(TABLE, encoding="utf-8")
    for command in ("check", "run"):
        code, text = told(tmp_path, monkeypatch, capsys, command)
        assert code == 0, text
