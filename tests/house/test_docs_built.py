"""The pages of docs/ are built as a reader would, without network, and hold what they should.

The ordinary suite builds them without what tutorials print: their commands and cells are run by
test_documented.py. The long one builds the whole, as ``python docs/build.py`` does.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import rumorsim
from rumorsim.platform.interventions import INTERVENTIONS

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("sphinx", "myst_nb", "pydata_sphinx_theme", "sphinx_design", "latex2mathml")

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in NEEDED), reason='needs the extra "docs"'
)


#: As docs/build.py, but what the blocks of a page print is left out.
_UNEXECUTED = """
import sys
from pathlib import Path
docs = Path(sys.argv.pop(1))
sys.path[:0] = [str(docs), str(docs / "_ext")]
import build
import run_lines
def shown(self):
    return [run_lines._block("\\n".join(self.content), "sh", "run-lines")]
run_lines.RunLines.run = shown
whole = build.build_main
# Cells that do not run have no kernel that says what they are written in.
unexecuted = ["-D", "nb_execution_mode=off", "-D", "suppress_warnings=myst-nb.lexer"]
build.build_main = lambda options: whole([*unexecuted, *options])
sys.exit(build.main())
"""


def built(folder: Path, *command: str) -> Path:
    """The folder of the pages, built with warnings as errors and no way out to the network."""
    nowhere = "http://127.0.0.1:9"
    env = {
        **os.environ,
        "PYTHONPATH": str(Path(rumorsim.__file__).parents[1]),
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), nowhere),
        "no_proxy": "127.0.0.1,localhost",
    }
    done = subprocess.run(
        [sys.executable, *command, str(folder)], capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return folder / "html"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("docs"), "-c", _UNEXECUTED, str(ROOT / "docs"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("whole"), str(ROOT / "docs" / "build.py"))


def test_every_page_is_there(pages: Path) -> None:
    sources = [each.relative_to(ROOT / "docs") for each in (ROOT / "docs").rglob("*.md")]
    assert len(sources) > 40
    missing = [each for each in sources if not (pages / each.with_suffix(".html")).is_file()]
    assert missing == []


def test_pages_ask_for_nothing_from_elsewhere(pages: Path) -> None:
    fetched = re.compile(r"<(?:script|img|link|iframe)\b[^>]*?(?:src|href)=\"(https?:|//)[^\"]*\"")
    for page in pages.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert fetched.findall(text) == [], page
        assert "@import url(http" not in text, page
    styles = [each.read_text("utf-8") for each in pages.rglob("*.css")]
    assert styles
    assert [each for each in styles if re.search(r"url\(['\"]?(?:https?:)?//", each)] == []


def lead_somewhere(pages: Path) -> None:
    found = 0
    # What the theme brings along in _static is no page.
    for page in (each for each in pages.rglob("*.html") if "_static" not in each.parts):
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"(?:src|href)=\"([^\"#?:]+)(?:[#?][^\"]*)?\"", text):
            found += 1
            assert (page.parent / target).resolve().exists(), f"{page}: {target}"
    assert found > 1000


def test_links_and_pictures_lead_somewhere(pages: Path) -> None:
    lead_somewhere(pages)


@pytest.mark.long
def test_what_was_executed_is_shown(whole: Path) -> None:
    tutorials = sorted((whole / "tutorials").glob("*.html"))
    for page in tutorials:
        text = page.read_text(encoding="utf-8")
        assert "Traceback" not in text, page
        if page.stem not in ("index",):
            assert 'class="ran' in text or "cell_output" in text or "run-lines" in text, page
    first = (whole / "tutorials" / "first-comparison.html").read_text(encoding="utf-8")
    assert "in the same 50 worlds" in first
    assert "-small-compare-reach-over-time.svg" in first
    lead_somewhere(whole)


def test_every_intervention_has_its_picture(pages: Path) -> None:
    text = (pages / "catalogue" / "interventions.html").read_text(encoding="utf-8")
    for name in INTERVENTIONS.own:
        assert f"_images/{name}.svg" in text, name


def test_formulas_are_drawn_without_scripts(pages: Path) -> None:
    text = (pages / "model" / "sharing.html").read_text(encoding="utf-8")
    assert text.count("<math ") > 20
    assert re.findall(r"<script[^>]*mathjax", text, re.IGNORECASE) == []


def test_signatures_and_formulas_are_readable(pages: Path) -> None:
    text = (pages / "api.html").read_text(encoding="utf-8")
    assert "PydanticGeneralMetadata" not in text and "BeforeValidator" not in text
    formulas = [each.read_text("utf-8") for each in (pages / "model").glob("*.html")]
    # What is left of an environment that the converter does not know.
    assert not [each for each in formulas if re.search(r"<mi>&amp;</mi>|<mo>&amp;</mo>", each)]
