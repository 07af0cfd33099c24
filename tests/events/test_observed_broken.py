"""Broken files of cascades: exit code 2, with place, value, rule and remedy; nothing is written."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rumorsim.cli.app import cli

pytest.importorskip("pyarrow")

HEAD = "cascade,account,time,post,parent\n"
PAIRS = " ".join(f"a/{n * 7919 % 10_007}:{n}" for n in range(5000))
POST = {
    "nodeID": "r", "nodeUserID": "u", "parentID": "r", "rootID": "r", "actionType": "post",
    "nodeTime": "2020-01-01T00:00:00Z", "platform": "p",
}  # fmt: skip


def line(**changed: object) -> str:
    return json.dumps({**POST, **changed})


def without(key: str) -> str:
    return json.dumps({name: value for name, value in POST.items() if name != key})


#: Name of the file, its content, options, and what the message must say, in this order.
CASES: dict[str, tuple[str, str | bytes, str, list[str]]] = {
    "no rows": ("a.csv", HEAD, "", ["a.csv", "holds no rows"]),
    "empty file": ("a.csv", "", "", ["a.csv", "cannot be read as a table"]),
    "ragged": (
        "a.csv",
        HEAD + "x,a,0,1,\nx,b\n",
        "",
        ["a.csv", "Row #3", "Expected 5 columns, got 2"],
    ),
    "no account": (
        "a.csv",
        HEAD + "x,,0,1,\n",
        "",
        ["a.csv, line 2", "account", "is empty", "give"],
    ),
    "no cascade": (
        "a.csv",
        HEAD + "x,a,0,1,\n,b,1,2,1\n",
        "",
        ["a.csv, line 3", "cascade", "is empty"],
    ),
    "no time": ("a.csv", HEAD + "x,a,,1,\n", "", ["a.csv, line 2", "time", "is empty"]),
    "wrong time": (
        "a.csv",
        HEAD + "x,a,0,1,\nx,b,soon,2,1\n",
        "--zone UTC",
        ["a.csv, line 3", '"soon"', "must be a finite number", "line 2"],
    ),
    "infinite time": (
        "a.csv",
        HEAD + "x,a,0,1,\nx,b,inf,2,1\n",
        "",
        ["a.csv, line 3", "inf", "finite"],
    ),
    "far time": (
        "a.csv",
        HEAD + "x,a,0,1,\nx,b,1e30,2,1\n",
        "",
        ["a.csv, line 3", "time", "more than 100,000,000 h", "--unit"],
    ),
    "no zone": (
        "a.csv",
        HEAD + "x,a,2020-01-01T00:00:00,1,\n",
        "",
        ["a.csv, line 2", "2020-01-01", "without a time zone", "--zone"],
    ),
    "wrong column": (
        "a.csv",
        HEAD + "x,a,0,1,\n",
        "--columns account=acount",
        ["a.csv", '"acount"', "no such column", '"account"'],
    ),
    "wrong role": (
        "a.csv",
        HEAD + "x,a,0,1,\n",
        "--columns acount=account",
        ["columns", '"acount"', "nothing that a column can be", '"account"'],
    ),
    "missing column": (
        "a.csv",
        "cascade,time\nx,0\n",
        "",
        ["a.csv", "account", "no such column", "--columns"],
    ),
    "parents of what": (
        "a.csv",
        "cascade,account,time,parent\nx,a,0,\n",
        "",
        ["a.csv", "parent", "no column says which post a row is", "parent_account"],
    ),
    "row is no number": (
        "a.csv",
        "cascade,account,time,row,parent\nx,a,0,one,\n",
        "",
        ["a.csv, line 2", "row", '"one"', "whole number"],
    ),
    "parent below 0": (
        "a.csv",
        "cascade,account,time,row,parent\nx,a,0,0,\nx,b,1,1,-4\n",
        "",
        ["a.csv, line 3", "parent", "-4", "whole number"],
    ),
    "followers": (
        "a.csv",
        "cascade,account,time,followers\nx,a,0,many\n",
        "",
        ["a.csv, line 2", "followers", '"many"', "finite number"],
    ),
    "truth": (
        "a.csv",
        "cascade,account,time,truth\nx,a,0,perhaps\n",
        "",
        ["a.csv, line 2", "truth", '"perhaps"', "no word for the truth", "--truth"],
    ),
    "truth differs": (
        "a.csv",
        "cascade,account,time,truth\nx,a,0,true\nx,b,1,false\n",
        "",
        ["a.csv, line 3", "truth", '"false"', "differs within a cascade", "line 2"],
    ),
    "two originals": (
        "a.csv",
        HEAD + "x,a,0,1,\nx,b,1,2,\n",
        "",
        ["a.csv, line 3", "two-roots", "refused by rule", "choose a rule"],
    ),
    "no original": (
        "a.csv",
        HEAD + "x,a,0,1,7\nx,b,1,2,7\n",
        "",
        ["a.csv, line 2", "no-root", "refused by rule", "choose a rule"],
    ),
    "wrong unit": (
        "a.csv",
        HEAD + "x,a,0,1,\n",
        "--unit second",
        ["unit", '"second"', '"seconds"'],
    ),
    "wrong zone": (
        "a.csv",
        HEAD + "x,a,0,1,\n",
        "--zone Mars/One",
        ["zone", '"Mars/One"', "time zone"],
    ),
    "wrong rule": (
        "a.csv",
        HEAD + "x,a,0,1,\n",
        "--rule cycle=wait",
        ["rules.cycle", '"wait"', "root, drop, refuse"],
    ),
    "wrong fault": (
        "a.csv",
        HEAD + "x,a,0,1,\n",
        "--rule cycles=drop",
        ["rules", '"cycles"', "kind of fault", '"cycle"'],
    ),
    "rule of what": (
        "a.csv",
        HEAD + "x,a,0,1,\n",
        "--rule drop",
        ["--rule", '"drop"', "KIND=RULE"],
    ),
    "truth of what": (
        "a.csv",
        HEAD + "x,a,0,1,\n",
        "--truth x=maybe",
        ["--truth x", '"maybe"', "true"],
    ),
    "wrong format": ("a.csv", HEAD, "--format tabel", ["format", '"tabel"', '"table"']),
    "no format": ("a.txt", "what is this\n", "", ["a.txt", "no format of cascades", "--format"]),
    "no Parquet": (
        "a.parquet",
        b"PAR1 not",
        "",
        ["a.parquet", "cannot be read as a table", "whole"],
    ),
    "no name": ("a.xls", "x", "--format table", ["a.xls", "does not end", ".csv"]),
    "no file": (
        "a.csv",
        HEAD + "x,a,0,1,\n",
        "--originals b.csv",
        ["b.csv", "there is no such file"],
    ),
    "path without seconds": (
        "a.txt",
        "c\ta\t0\t1\ta:0 a/b:1\nd\ta\t0\t1\ta/b\n",
        "",
        ["a.txt, line 2", '"a/b"', "accounts and seconds", "a/b:90"],
    ),
    "path with words": (
        "a.txt",
        "c\ta\t0\t1\ta/b:soon\n",
        "",
        ["a.txt, line 1", '"soon"', "finite number"],
    ),
    "few columns": (
        "a.txt",
        "c\ta\t0\t1\ta/b:1\nd\ta\n",
        "",
        ["a.txt, line 2", "must have the columns", "tabs"],
    ),
    "cascade twice": (
        "a.txt",
        "c\ta\t0\t1\ta/b:1\nc\ta\t0\t1\ta/b:1\n",
        "",
        ["a.txt, line 2", '"c"', "line 1 too", "own name"],
    ),
    "no text": (
        "a.txt",
        b"c\ta\t0\t1\ta/b:1\n\xff\xfe\n",
        "",
        ["a.txt, line 2", "UTF-8", "save it"],
    ),
    "cut short": (
        "a.txt.gz",
        gzip.compress(f"c\ta\t0\t1\t{PAIRS}\n".encode())[:-30],
        "--format paths",
        ["a.txt.gz", "cannot be read to its end", "fetch it again"],
    ),
    "no edge": (
        "a.txt",
        "['ROOT', 'ROOT', '0.0']->['1', '2', '0.0']\n1 2 3\n",
        "",
        ["a.txt, line 2", '"1 2 3"', "no edge of a tree", "write it as"],
    ),
    "wrong delay": (
        "a.txt",
        "['ROOT', 'ROOT', '0.0']->['1', '2', 'now']\n",
        "",
        ["a.txt, line 1", "delay", '"now"', "finite number"],
    ),
    "no JSON": ("a.jsonl", line() + "\n{'nodeID'\n", "", ["a.jsonl, line 2", "is no JSON"]),
    "no object": ("a.jsonl", line() + "\n[1]\n", "", ["a.jsonl, line 2", "JSON object"]),
    "no key": (
        "a.jsonl",
        line() + "\n" + without("rootID") + "\n",
        "",
        ["a.jsonl, line 2", "rootID", "is missing", "nodeUserID"],
    ),
    "no id": (
        "a.jsonl",
        line(nodeUserID=None),
        "",
        ["a.jsonl, line 1", "nodeUserID", "whole number"],
    ),
    "wrong date": (
        "a.jsonl",
        line(nodeTime="then"),
        "",
        ["a.jsonl, line 1", "nodeTime", '"then"', "ISO"],
    ),
    "mixed times": (
        "a.jsonl",
        line() + "\n" + line(nodeID="s", nodeTime=5),
        "",
        ["a.jsonl, line 2", "nodeTime", "5", "all lines"],
    ),
    "no pair": ("a.txt", "a,0 b,1\nc,2 d\n", "", ["a.txt, line 2", '"d"', "an account and a time"]),
    "no time of a pair": ("a.txt", "a,0 b,x\n", "", ["a.txt, line 1", "time", '"x"', "finite"]),
    "no events": (
        "a.ndjson",
        '{"schema":"rumorsim-events-1"}\n',
        "",
        ["a.ndjson"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_broken_files_are_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file, content, options, wanted = CASES[name]
    Path(file).write_bytes(content.encode() if isinstance(content, str) else content)
    line = ["cascades", "import", file, "--out", "out.ndjson", *options.split()]
    done = CliRunner().invoke(cli, line)
    assert done.exit_code == 2, done.output
    lines = [each for each in done.stderr.splitlines() if each.startswith("error: ")]
    assert len(lines) == 1 and "Traceback" not in done.output
    rest = lines[0]
    for part in wanted:
        assert part in rest, (part, lines[0])
        rest = rest.partition(part)[2]
    assert not Path("out.ndjson").exists()


def test_there_are_many_of_them() -> None:
    assert len(CASES) >= 40
