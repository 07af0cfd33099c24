"""Sections at the end of every page: assumptions, what the model cannot tell, reproduction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from rumorsim.common.claims import digest_asked
from rumorsim.common.errors import InputError
from rumorsim.common.files import json_text
from rumorsim.common.plurals import counted
from rumorsim.common.settings.shapes import key_path, keys_of, meaning_of
from rumorsim.reports.pages.drawn import Kept, drawn_section
from rumorsim.reports.pages.intro import compared, scenario_of
from rumorsim.reports.pages.page import Code, Folded, Items, Page, Part, Section, Table, Text
from rumorsim.scenario.explained import toml_value
from rumorsim.scenario.idle import idle_in
from rumorsim.scenario.loading import from_values
from rumorsim.studies.runner.world_draws import drawn_sentence

#: A longer table is folded.
_MANY: Final = 60

#: Key path, value, whether it is the default, and meaning.
Leaf = tuple[str, str, bool, str]


def whole_page(
    sections: Sequence[Section | None],
    scenario: Mapping[str, Any],
    provenance: Mapping[str, Any],
    commands: Sequence[tuple[str, str]],
    *,
    intro: Sequence[Part],
    study: Mapping[str, Any] | None = None,
    posterior: Kept = None,
    **words: str,
) -> Page:
    """A page of the ``sections`` that are not None and those that all pages end with.

    ``commands``, each with its purpose, give the same results from the files on the page;
    ``study`` says what was varied, ``posterior`` what parameters were drawn from; ``words`` are
    title, what, answer and terms of the :class:`Page`.
    """
    version = provenance.get("versions", {}).get("rumorsim", "")
    known = f" {version}" if version[:1].isdigit() else ""
    told = list(_limits(scenario, drawn=posterior is not None))
    limits = Section("limits", "What this model cannot show", [Items(told)])
    again = _again(commands, provenance, study, drawn=posterior is not None)
    ending = [limits, _assumptions(scenario, study, posterior), again]
    if posterior is not None:
        words["terms"] += f" {drawn_sentence(posterior)}"
    return Page(
        sections=[*(section for section in sections if section is not None), *ending],
        source=f"From results of rumorsim{known}. A simulation, not a measurement.",
        of=digest_asked(scenario, "" if posterior is None else posterior["digest"]),
        intro=intro,
        **words,
    )


def answer_page(
    found: Mapping[str, Any],
    sections: Sequence[Section | None],
    policies: Sequence[str],
    command: str,
    **words: str,
) -> Page:
    """The page of a saved answer about ``policies``; ``command`` gives the same answer again.

    ``sections`` that are None are left out.
    """
    return whole_page(
        [*sections, drawn_section(found.get("posterior"), found.get("widths", ()))],
        found["scenario"],
        found["provenance"],
        [(command, "the same, to the last digit")],
        intro=compared(
            found["scenario"], policies, len(found["seeds"]), posterior=found.get("posterior")
        ),
        study=found.get("study"),
        posterior=found.get("posterior"),
        title=str(found["name"]),
        **words,
    )


def idle_section(lines: Sequence[str]) -> Section | None:
    """The parts of a scenario that do nothing, a paragraph for each line; None without a line."""
    what = Text(
        "These parts of the scenario do nothing, or less than they seem to. A policy of which"
        " nothing else acts is compared as if it were none."
    )
    title = "What does not act as written"
    return Section("idle", title, [what, Items(lines)]) if lines else None


def idle_of_scenario(scenario: Mapping[str, Any], policies: Sequence[str]) -> list[str]:
    """What the scenario alone shows of policies and settings that do nothing."""
    try:
        found = idle_in(from_values(dict(scenario), Path()), policies=policies)
    except InputError:
        return []  # of another version: its own run has said so
    return [str(each) for each in found]


def _limits(values: Mapping[str, Any], *, drawn: bool) -> Iterator[str]:
    yield (
        "It is not a forecast. The numbers hold for this scenario; another threshold, delay or"
        " appeal can change the order of policies. Vary what is assumed before you rely on a"
        " ranking."
    )
    about = "chance and the drawn parameters" if drawn else "chance"
    yield (
        f"Intervals are about {about} within the scenario. That the scenario itself is wrong is not"
        " in them, and no number of worlds would show it."
    )
    graph = values.get("graph", {}).get("kind", "")
    if values.get("replay"):
        yield (
            "A replay holds fixed who was there and what else they did. What these people did for"
            " reasons outside the data counts as done because of the post that they shared."
        )
    if graph == "observed":
        yield (
            "There is no follow graph: accounts that read and did not share are unknown, nobody"
            " shares later in place of a share that is lost, and reach counts only those who"
            " shared or would have. Audiences are the followers that accounts declare."
        )
    elif graph in ("file", "given"):
        yield "The follows are as given; the kinds and the behaviour of the accounts are not."
    else:
        yield f"The follow graph ({graph}) is made up by a generator, not taken from a platform."
    yield "Posts have no content: how much a story appeals or is reported is a number given to it."
    yield "Reach counts accounts that read a story, not people who were convinced or harmed."
    yield (
        "Which stories are true is given. The model does not say who should decide that,"
        " nor what it is worth to lose true posts for averting false ones."
    )
    yield (
        "Only effects that are in the scenario can be seen. What it leaves out (anger at being"
        " moderated, other platforms, the press, talk outside) has no effect here and may have"
        " one in the world."
    )


def _assumptions(
    values: Mapping[str, Any], study: Mapping[str, Any] | None, posterior: Kept
) -> Section:
    """Every key of the scenario with its value and meaning, then the text that runs."""
    parts: list[Part] = []
    if posterior is not None:
        keys = ", ".join(key for each in posterior["parameters"] for key in each["keys"])
        said = f"Not in force are the values of {keys} below: each world had its own draw of them."
        parts.append(Text(said))
    if study is not None:
        text = Code(json_text(study), "study.json")
        parts.append(Folded("The study: what was varied, and how", [text]))
    scenario = scenario_of(values)
    if scenario is not None:
        leaves = list(_walk(scenario, values))
        given = _table("set", "Set in this scenario", leaves, default=False)
        kept = _table("default", "Left at the default", leaves, default=True)
        count = len(given.rows)
        parts += [
            Text(
                "Each of these numbers is an assumption unless its author gives a source. The first"
                " table has what this scenario sets, the second what it leaves at the default."
            ),
            Folded(f"{count} values set", [given]) if count > _MANY else given,
            Folded(f"{counted(len(kept.rows), 'default')} left unchanged", [kept]),
        ]
    parts.append(Folded("The full resolved scenario", [Code(json_text(values), "scenario.json")]))
    return Section("assumptions", "Assumptions", parts)


def _table(name: str, title: str, leaves: Sequence[Leaf], *, default: bool) -> Table:
    rows = [[key, value, text] for key, value, usual, text in leaves if usual == default]
    return Table(f"assumptions-{name}", title, ("key", "value", "meaning"), rows, words=3)


def _walk(
    model: BaseModel, values: Mapping[str, Any], path: tuple[str | int, ...] = ()
) -> Iterator[Leaf]:
    """Key path, value, whether it is the default, and meaning of every key."""
    fields = type(model).model_fields
    for (key, field), name in zip(keys_of(type(model)).items(), fields, strict=True):
        inner, value = getattr(model, name), values.get(key)
        here = (*path, key)
        if value is None:
            continue
        if isinstance(inner, BaseModel):
            yield from _walk(inner, value, here)
        elif isinstance(inner, Mapping) and _models(list(inner.values())):
            for part in inner:
                yield from _walk(inner[part], value[part], (*here, part))
        elif isinstance(inner, tuple) and _models(inner):
            for at, part in enumerate(inner):
                yield from _walk(part, value[at], (*here, value[at].get("name", at)))
        else:
            usual = None if field.is_required() else field.get_default(call_default_factory=True)
            default = not field.is_required() and usual == inner
            yield key_path(here), _short(toml_value(value)), default, meaning_of(type(model), key)


def _short(text: str) -> str:
    """Numbers with their digits cut for reading; the scenario itself has all of them."""
    return re.sub(r"\d+\.\d{7,}", lambda found: f"{float(found[0]):.6g}", text)


def _models(parts: Sequence[Any]) -> bool:
    return bool(parts) and all(isinstance(part, BaseModel) for part in parts)


def _own_code(provenance: Mapping[str, Any]) -> list[list[str]]:
    """A row for each policy and measure that was handed over from Python."""
    used = provenance.get("own_code") or {}
    found = [
        *((f"policy {name}", r) for name, rs in used.get("policies", {}).items() for r in rs),
        *((f"measure {name}", record) for name, record in used.get("measures", {}).items()),
    ]
    rows = []
    for what, record in found:
        settings = ", ".join(f"{key} = {toml_value(v)}" for key, v in record["settings"].items())
        rows.append([what, record["code"], settings, record["sha256"]])
    return rows


def _again(
    commands: Sequence[tuple[str, str]],
    provenance: Mapping[str, Any],
    study: Mapping[str, Any] | None,
    *,
    drawn: bool,
) -> Section:
    """Commands that make the same numbers again, and the versions they were made with."""
    own = _own_code(provenance)
    flag = " --own-code" * bool(own) + " --posterior ." * drawn
    text = "".join(f"{line}{flag}  # {why}\n" for line, why in commands)
    parts: list[Part] = [
        Text(
            "Take scenario.json from the section before (or from the directory), and from the"
            " directory posterior.csv and calibration.json, then:"
            if drawn
            else "Take scenario.json from the section before (or from the directory), then:"
        ),
        Code(text),
    ]
    if study is not None:
        file = str(study["scenario"])
        note = f"In study.json, scenario names the file {file}: save scenario.json under that name."
        if not file.endswith(".json"):
            note += " (A scenario may be JSON whatever its name.)"
        parts.append(Text(note))
    if not provenance.get("reproducible_from_file", True):
        text = (
            "A graph, a policy, a measure or the redraw of a branch came from Python: the"
            " file alone does not make it again."
        )
        parts.append(Text(text))
    if own:
        text = (
            "This Python code was used. --own-code imports it from the current folder or an"
            " installed package, and refuses it where its SHA-256 is another."
        )
        heads = ("used as", "defined as", "settings", "SHA-256")
        table = Table("own-code", "Python code that was used", heads, own, words=4)
        parts += [Text(text), table]
    found = {"results version": provenance.get("results_version"), **provenance.get("versions", {})}
    found["scenario digest"] = provenance.get("scenario_digest") or None
    found["graph digest"] = provenance.get("graph_digest") or None
    rows = [[name, str(version)] for name, version in found.items() if version is not None]
    table = Table("versions", "Made with", ("made with", ""), rows, words=2)
    parts.append(Folded("Versions and digests", [table]))
    return Section("reproduce", "How to reproduce", parts)
