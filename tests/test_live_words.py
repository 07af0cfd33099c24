"""The words of the live page: both languages say everything, and nothing is said without words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rumorsim.web import gallery, wire
from rumorsim.web.gallery import GALLERY

STATIC = Path(wire.__file__).parent / "static"
ENTRY = re.compile(r"(?:'([^']+)'|\b(\w+)): '((?:[^'\\]|\\.)*)'")
CODE = {file.name: file.read_text("utf-8") for file in STATIC.glob("*.js")}
PAGE = (STATIC / "index.html").read_text("utf-8")


def words(language: str) -> dict[str, str]:
    text = (STATIC / "strings" / f"{language}.js").read_text("utf-8")
    body = text[text.index("export default {") :]
    return {quoted or plain: said for quoted, plain, said in ENTRY.findall(body)}


EN, ZH = words("en"), words("zh")


def fillings(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_say_the_same_things() -> None:
    assert len(EN) > 200
    assert list(EN) == list(ZH)
    for key in EN:
        assert fillings(EN[key]) == fillings(ZH[key]), key
        assert EN[key] and ZH[key], key


def test_what_is_said_is_there() -> None:
    asked = {key for text in CODE.values() for key in re.findall(r"say\('([^'$]+)'", text)}
    asked |= set(re.findall(r'data-(?:words|label)="([^"]+)"', PAGE))
    assert len(asked) > 80
    assert asked - set(EN) == set()


def test_the_check_of_keys_can_fail() -> None:
    assert {"no.such.words"} - set(EN)
    assert fillings("{a} of {b}") != fillings("{a}")


@pytest.mark.parametrize("name", GALLERY)
def test_every_scenario_has_its_texts_and_its_file(name: str) -> None:
    for part in ("title", "line", "story", "question", "reveal"):
        assert f"gallery.{name}.{part}" in EN
    assert GALLERY[name] in ("averted", "lost", "wrong")
    text = (Path(gallery.__file__).parent / "gallery" / f"{name}.toml").read_text("utf-8")
    assert "assumption" in text.split("\n\n")[0]
    stories = re.findall(r'\[\[stories\]\]\nname = "([^"]+)"', text)
    assert {f"name.{story}" for story in stories} <= set(EN)


def test_english_has_no_chinese_and_chinese_hardly_any_english() -> None:
    han = re.compile("[一-鿿]")
    assert {key for key, said in EN.items() if han.search(said)} == {"language.other", "help.14"}
    plain = {key for key, said in ZH.items() if not han.search(said)}
    assert {key for key in plain if re.search("[A-Za-z]{4}", ZH[key])} <= {
        "language.other",
        "help.14",
    }


def test_the_page_has_nothing_that_the_policy_would_refuse() -> None:
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=|javascript:|https?://", PAGE)
    for name, text in CODE.items():
        outside = re.findall(r"https?://(?!www\.w3\.org/2000/svg)[^\s'`]+", text)
        assert outside == [], name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|\beval\(|new Function", text), (
            name
        )
