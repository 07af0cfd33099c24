"""The words of the live page: both languages say everything, and nothing is said without words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rumorsim.events.verbs import VERBS
from rumorsim.platform.interventions import INTERVENTIONS
from rumorsim.scenario import load
from rumorsim.web import gallery, wire
from rumorsim.web.forms import forms_message
from rumorsim.web.gallery import GALLERY

STATIC = Path(wire.__file__).parent / "static"
ENTRY = re.compile(r"(?:'([^']+)'|\b(\w+)): '((?:[^'\\]|\\.)*)'")
CODE = {file.name: file.read_text("utf-8") for file in STATIC.glob("*.js")}
PAGE = (STATIC / "index.html").read_text("utf-8")


def words(language: str) -> dict[str, str]:
    text = (STATIC / "strings" / f"{language}.js").read_text("utf-8")
    body = text[text.index("export default {") :]
    return {quoted or plain: said for quoted, plain, said in ENTRY.findall(body)}


#: Interventions of other packages have words of their own, in English.
OURS = {
    kind: each for kind, each in INTERVENTIONS.items() if each.__module__.startswith("rumorsim.")
}
#: The catalogue's words are English in the models, and in a file of their own elsewhere.
CATALOGUE: dict[str, str] = forms_message(OURS)["words"]
EN, ZH = words("en") | CATALOGUE, words("zh") | words("zh-forms")


def fillings(text: str) -> set[str]:
    """What is filled in; not what only chooses between one and many."""
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_say_the_same_things() -> None:
    assert len(EN) > 500
    assert set(EN) == set(ZH), "both dictionaries have the same keys"
    assert list(words("en")) == list(words("zh")), "in the same order"
    for key in EN:
        assert fillings(EN[key]) == fillings(ZH[key]), key
        assert EN[key] and ZH[key], key


def test_no_marks_of_code_are_shown() -> None:
    """Descriptions of the models have them for the reference, where they are set apart."""
    assert [key for key in EN if "`" in EN[key] + ZH[key]] == []


def test_what_is_said_is_there() -> None:
    asked = {key for text in CODE.values() for key in re.findall(r"say\('([^'$]+)'", text)}
    asked |= set(re.findall(r'data-(?:words|label)="([^"]+)"', PAGE))
    assert len(asked) > 80
    assert asked - set(EN) == set()


def test_nothing_is_there_that_is_never_said() -> None:
    code = "".join(CODE.values())
    literal = set(re.findall(r"'([\w.-]+)'", code)) | set(re.findall(r'="([\w.]+)"', PAGE))
    begun = set(re.findall(r"`([a-z]+(?:\.[a-z]+)*\.)\$\{", code))
    begun |= {f"{kind}." for kind in re.findall(r"named\('(\w+)',", code)}
    dead = {
        key
        for key in words("en")
        if key not in literal and not any(key.startswith(each) for each in begun)
    }
    assert dead == set()


def test_names_that_are_translated_are_names_that_there_are() -> None:
    def keyed(kind: str) -> set[str]:
        return {key.removeprefix(f"{kind}.") for key in words("en") if key.startswith(f"{kind}.")}

    schemas = [form["schema"] for form in forms_message(OURS)["kinds"].values()]
    tables = [each for schema in schemas for each in (schema, *schema.get("$defs", {}).values())]
    fields = {name for table in tables for name in table.get("properties", {})} - {"kind"}
    assert keyed("field") == fields
    assert keyed("kind") == set(OURS)
    assert {each.removesuffix(".story") for each in keyed("did")} <= set(VERBS)
    shelf = [load(file) for file in (Path(gallery.__file__).parent / "gallery").glob("*.toml")]
    assert keyed("plan") == {policy.name for each in shelf for policy in each.policies}
    assert keyed("category") == {story.category for each in shelf for story in each.stories}


def test_one_and_many_are_told_apart_in_english() -> None:
    chosen = {key: said for key, said in EN.items() if re.search(r"\{\w+\|", said)}
    assert len(chosen) > 10
    for key, said in chosen.items():
        for name, one, many in re.findall(r"\{(\w+)\|([^|}]*)\|([^}]*)\}", said):
            assert one != many, key
            assert name in fillings(said) | {"n"}, key
    counted = r"\{n\} (accounts|followers|steps|posts|reports|shares|runs|actions)\b"
    assert {key for key, said in EN.items() if re.search(counted, said)} == set()


@pytest.mark.parametrize(
    "odd", ["Luck", "luck", "For proofs", "spared", "wrongly hit", "so-manieth"]
)
def test_odd_words_are_gone(odd: str) -> None:
    assert {key for key, said in words("en").items() if odd in said} == set()


@pytest.mark.parametrize(
    "odd", ["so many", "so often", "so old", "so long", "so-manieth", "so soon"]
)
def test_fields_of_the_catalogue_are_described_in_plain_words(odd: str) -> None:
    assert {key for key, said in CATALOGUE.items() if odd in said} == set()


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
    assert {key for key, said in EN.items() if han.search(said)} == set()
    plain = {key for key, said in ZH.items() if not han.search(said)}
    assert {key for key in plain if re.search("[A-Za-z]{4}", ZH[key])} == set()


def test_the_language_is_offered_in_letters_that_every_font_has() -> None:
    for strings in (EN, ZH):
        assert re.fullmatch("[A-Z]{2}", strings["language.other"])


def test_the_page_has_nothing_that_the_policy_would_refuse() -> None:
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=|javascript:|https?://", PAGE)
    for name, text in CODE.items():
        outside = re.findall(r"https?://(?!www\.w3\.org/2000/svg)[^\s'`]+", text)
        assert outside == [], name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|\beval\(|new Function", text), (
            name
        )
