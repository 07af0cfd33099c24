"""A notebook from its first cell to its last, in a kernel of its own, without a warning."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import rumorsim

ROOT = Path(__file__).parents[2]

#: The cells of a session: what is last in one is shown.
CELLS = (
    "import asyncio, rumorsim\nscenario = rumorsim.load('small')\nscenario",
    "catchier = scenario.set('stories[tap-water].appeal', 0.2).with_(horizon='12 h')\n"
    "result = rumorsim.run(catchier, 'close accounts', seed=7)\nresult",
    # In a running event loop, with processes beside it and a bar.
    "assert asyncio.get_running_loop().is_running()\nawait asyncio.sleep(0)\n"
    "comparison = rumorsim.compare(catchier, replicates=3, workers=2)\ncomparison",
    "frame = comparison.frame(['reach.truth.false.accounts'])\n"
    "frame.groupby('policy', observed=True)['difference'].mean()",
    "comparison.figure(width='8.5 cm', of='differences')",
    "simulation = rumorsim.Simulation(catchier, seed=7)\nbatch = simulation.advance('3 h')\nbatch",
    "import pandas\npandas.DataFrame(batch).head(3)",
    "simulation.world.graph",
    "swept = rumorsim.sweep(catchier, parameters={'feed.attention': [5, 20]}, replicates=1)\nswept",
    "rumorsim.delay_map(catchier, 'close accounts', delays=['0 h', '4 h'], coverages=[1.0],\n"
    "                   replicates=2, workers=1)",
    "print(sorted(set(dir(rumorsim)) - set(rumorsim.__all__)))",
)


def executed(cells: tuple[str, ...], folder: Path) -> Any:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    paths = [str(Path(rumorsim.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    try:
        client = nbclient.NotebookClient(
            notebook, timeout=300, resources={"metadata": {"path": str(folder)}}
        )
        return client.execute()
    finally:
        os.environ.pop("PYTHONPATH")
        if paths[1]:
            os.environ["PYTHONPATH"] = paths[1]


def test_a_notebook_from_end_to_end(tmp_path: Path) -> None:
    notebook = executed(CELLS, tmp_path)
    shown = []
    for cell in notebook.cells:
        told = [each for each in cell.outputs if each.output_type == "stream"]
        said = "".join(each.text for each in told if each.name == "stderr")
        # Bars of progress are the only thing on stderr.
        assert "arn" not in said and "Error" not in said, said
        assert not [line for line in said.split("\r") if line.strip() and "%|" not in line], said
        results = [each for each in cell.outputs if each.output_type == "execute_result"]
        shown.append(results[0].data if results else {})
    assert "tap-water" in shown[0]["text/html"]
    assert "reach of false stories" in shown[1]["text/html"]
    assert shown[2]["text/html"].count("data:image/png;base64,") == 1
    assert "close accounts" in shown[2]["text/html"]
    assert "close accounts" in shown[3]["text/plain"]
    assert "image/png" in shown[4]
    assert "publish" in shown[6]["text/html"]
    assert "follows" in shown[7]["text/html"]
    assert "6 of 6 done" in shown[8]["text/html"]
    assert "image/png" in shown[9]["text/html"]
    assert notebook.cells[10].outputs[0].text.strip() == "['__version__']"
    scenario = rumorsim.load("small").set("stories[tap-water].appeal", 0.2).with_(horizon="12 h")
    result = rumorsim.run(scenario, "close accounts", seed=7)
    assert result.digest[:12] in shown[1]["text/html"], "the same events as anywhere else"


def test_bars_close_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    scenario = rumorsim.load("small").with_(horizon="3 h")
    rumorsim.compare(scenario, replicates=2, workers=1, progress=True)
    told = capsys.readouterr().err
    assert "/6 runs" in told
    rumorsim.compare(scenario, replicates=2, workers=1)
    rumorsim.compare(scenario, replicates=2, workers=1, progress=False)
    assert capsys.readouterr().err == ""
    counts: list[tuple[float, float]] = []
    rumorsim.compare(
        scenario, replicates=2, workers=1, progress=lambda done, total: counts.append((done, total))
    )
    assert counts == [(done, 6) for done in range(1, 7)]
