"""The naive twins of enforcement and collateral, from their definitions."""

from __future__ import annotations

from typing import Any

from event_streams import KIND_OF_VERB, OF_ACCOUNTS
from naive_parts import Row, desks, div, groups, kinds, spread

from rumorsim.events.stream import VERBS, Facts

UNDO = (
    *("reinstate", "restore-followers", "restore-post", "show", "relist", "remonetise"),
    *("allow-push", "rerank", "count-engagement", "unlabel", "demote", "lift-friction"),
    *("restore-story", "release", "certify", "end-warning", "verify", "stop-asking"),
    *("reopen", "remonetise-in-part"),
)
#: Words that are about cases and tiers, and neither do nor undo anything.
WORDS = ("flag", "dismiss", "moot", "classify", "declassify", "appeal", "reject-appeal")
#: How a case ends by a word.
ENDS = {"dismiss": "dismissed", "moot": "moot"}


def target(facts: Facts, row: Row) -> tuple[str, int]:
    verb = VERBS[int(row["value"])]
    if verb in KIND_OF_VERB and verb not in ("appeal", "reject-appeal"):
        kind = KIND_OF_VERB[verb]
    elif row["source"] >= 0:
        kind = facts.interventions[row["source"]].target
    else:
        kind = next((k for k in ("post", "account") if row[k] >= 0), "story")
    return kind, row[kind]


def guilty_stories(facts: Facts, source: int) -> set[int]:
    guilty = set()
    for i, story in enumerate(facts.stories):
        by = facts.interventions[source] if source >= 0 else None
        if by is None:
            bad = not story.truth
        else:
            inside = not by.categories or story.category in by.categories
            bad = inside and (by.judge == "category" or not story.truth)
        if bad:
            guilty.add(i)
    return guilty


class Culprits(frozenset[int]):
    """Accounts that are guilty by what they are; any other set is one of guilty stories."""


def guilt(facts: Facts, source: int) -> Any:
    by = facts.interventions[source] if source >= 0 else None
    if by is None or by.judge != "kind":
        return guilty_stories(facts, source)
    return Culprits(i for i, kind in enumerate(facts.kind) if facts.kinds[kind] in by.guilty_kinds)


def guilty_posts(rows: list[Row], bad: Any, kind: str) -> list[Row]:
    """The rows that make targets of a kind guilty."""
    if not isinstance(bad, Culprits):
        return [row for row in kinds(rows, "publish", "share") if row["story"] in bad]
    words = ("publish",) if kind == "story" else ("publish", "share")
    return [row for row in kinds(rows, *words) if row["account"] in bad]


def first_guilty(rows: list[Row], bad: Any, what: tuple[str, int]) -> float | None:
    """The hour of the first guilty post of a target among ``rows``."""
    for row in guilty_posts(rows, bad, what[0]):
        if row[what[0]] == what[1]:
            return float(row["time"])
    return None


def is_guilty(rows: list[Row], bad: Any, what: tuple[str, int]) -> bool:
    of_accounts = isinstance(bad, Culprits)
    if what[0] == ("account" if of_accounts else "story"):
        return what[1] in bad
    return first_guilty(rows, bad, what) is not None


def all_guilty(rows: list[Row], bad: Any, kind: str) -> set[int]:
    if kind == "platform":
        return set()
    if isinstance(bad, Culprits):
        return set(bad) if kind == "account" else {r[kind] for r in guilty_posts(rows, bad, kind)}
    return {r[kind] for r in kinds(rows, "publish", "share") if r["story"] in bad}


def part(right: int, of: int) -> dict[str, Any]:
    return {"value": div(right, of), "right": right, "of": of}


def waiting(
    facts: Facts, cases: list[tuple[float, float | None, str]], reviewers: int
) -> dict[str, Any]:
    """The queue from (opened, settled or None, how) of each case."""
    settled = [end for _, end, how in cases if end is not None and how != "moot"]
    days = [int(end // 24) for end in settled]
    a_day = len(days) * 24 / facts.horizon
    area = sum((facts.horizon if end is None else end) - start for start, end, _ in cases)
    return {
        "opened": len(cases),
        "dismissed": sum(how == "dismissed" for *_, how in cases),
        "acted": sum(how == "acted" for *_, how in cases),
        "moot": sum(how == "moot" for *_, how in cases),
        "open_at_end": sum(how == "open" for *_, how in cases),
        "mean_waiting": area / facts.horizon,
        "settled_a_day": a_day,
        "settled_on_the_busiest_day": max((days.count(d) for d in days), default=0),
        "settled_a_day_by_a_reviewer": div(a_day, reviewers),
    }


def one_desk(facts: Facts, rows: list[Row], source: int) -> dict[str, Any]:
    """What one intervention (or -1: hands) did, with its raw lists under ``_``."""
    acts = [(n, r) for n, r in enumerate(rows) if r["kind"] == "action" and r["source"] == source]
    words = [VERBS[int(row["value"])] for _, row in acts]
    bad, false = guilt(facts, source), guilty_stories(facts, -1)
    reviewers = facts.interventions[source].reviewers if source >= 0 else 0
    hit: set[tuple[str, int]] = set()
    right = {"by_target": 0, "by_truth": 0}
    effects, judged, from_flag, from_post = 0, 0, [], []
    cases: list[list[Any]] = []
    level, levels = 0, [0]
    for (n, row), word in zip(acts, words, strict=True):
        what = target(facts, row)
        if word == "flag":
            cases.append([row["time"], None, "open", what])
            level += 1
            levels.append(level)
            continue
        if word in UNDO or (word in WORDS and word not in ENDS):
            continue
        mine = next((case for case in cases if case[3] == what and case[1] is None), None)
        if mine:
            mine[1], mine[2] = row["time"], ENDS.get(word, "acted")
            level -= 1
        if word in ENDS:
            continue
        effects += 1
        hit.add(what)
        if mine:
            from_flag.append(row["time"] - mine[0])
        if what[0] == "platform":
            continue
        judged += 1
        right["by_truth"] += is_guilty(rows[:n], false, what)
        if is_guilty(rows[:n], bad, what):
            right["by_target"] += 1
            since = first_guilty(rows[:n], bad, what)
            if since is not None:
                from_post.append(row["time"] - since)
    aims = [facts.interventions[source].target] if source >= 0 else {kind for kind, _ in hit}
    recall = {}
    for name, stories in (("by_target", bad), ("by_truth", false)):
        all_of = [(kind, i) for kind in aims for i in all_guilty(rows, stories, kind)]
        recall[name] = part(sum(each in hit for each in all_of), len(all_of))
    return {
        "actions": effects,
        "undone": sum(word in UNDO for word in words),
        "flags": words.count("flag"),
        "dismissals": words.count("dismiss"),
        "moot": words.count("moot"),
        "verbs": {verb: words.count(verb) for verb in VERBS},
        "targets": targets(hit),
        "precision": {name: part(count, judged) for name, count in right.items()},
        "recall": recall,
        "latency": {"from_flag": spread(from_flag), "from_first_guilty_post": spread(from_post)},
        "queue": {
            **waiting(facts, [tuple(c[:3]) for c in cases], reviewers),
            "max_waiting": max(levels),
        },
        "_": (hit, from_flag, from_post, cases),
    }


def targets(hit: set[tuple[str, int]]) -> dict[str, int]:
    words = {
        "account": "accounts",
        "post": "posts",
        "story": "stories",
        "platform": "platforms",
    }
    return {word: sum(k == kind for k, _ in hit) for kind, word in words.items()}


def most_open(facts: Facts, rows: list[Row]) -> int:
    """The most cases open at once, whoever opened them, replaying the rows."""
    open_cases: dict[Any, int] = {}
    most = 0
    for row in kinds(rows, "action"):
        key = (row["source"], target(facts, row))
        word = VERBS[int(row["value"])]
        if word == "flag":
            open_cases[key] = open_cases.get(key, 0) + 1
        elif word not in UNDO and (word not in WORDS or word in ENDS) and open_cases.get(key):
            open_cases[key] -= 1
        most = max(most, sum(open_cases.values()))
    return most


def enforcement(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    names = [name for name, _ in desks(facts)]
    found = [one_desk(facts, rows, source) for _, source in desks(facts)]
    raw = [desk.pop("_") for desk in found]

    def added(word: str) -> dict[str, Any]:
        return {
            by: part(*(sum(desk[word][by][key] for desk in found) for key in ("right", "of")))
            for by in ("by_target", "by_truth")
        }

    return {
        **{
            k: sum(d[k] for d in found)
            for k in ("actions", "undone", "flags", "dismissals", "moot")
        },
        "verbs": {verb: sum(desk["verbs"][verb] for desk in found) for verb in VERBS},
        "targets": targets(set().union(*(each[0] for each in raw))),
        "precision": added("precision"),
        "recall": added("recall"),
        "latency": {
            "from_flag": spread([x for each in raw for x in each[1]]),
            "from_first_guilty_post": spread([x for each in raw for x in each[2]]),
        },
        "queue": {
            **waiting(
                facts,
                [tuple(case[:3]) for each in raw for case in each[3]],
                sum(each.reviewers for each in facts.interventions),
            ),
            "max_waiting": most_open(facts, rows),
        },
        "interventions": dict(zip(names, found, strict=True)),
    }


def collateral(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    false = groups(facts)["false"]
    innocent: list[int] = []
    guilty: set[int] = set()
    of_accounts = [v for v in OF_ACCOUNTS.split() if v not in (*UNDO, *WORDS)]
    verbs = dict.fromkeys(of_accounts, 0)
    deleted, hidden, delisted, down = set(), set(), set(), set()
    closed: dict[int, list[int]] = {}
    for n, row in enumerate(rows):
        word = VERBS[int(row["value"])] if row["kind"] == "action" else ""
        account = row["account"]
        effect = bool(word) and word not in UNDO and word not in WORDS
        if effect and target(facts, row)[0] == "account":
            if is_guilty(rows[:n], false, ("account", account)):
                guilty.add(account)
            else:
                verbs[word] += 1
                if account not in innocent:
                    innocent.append(account)
        if word in ("close", "take-down"):
            made = kinds(rows[:n], "publish", "share")
            closed[account] = [r["story"] for r in made if r["account"] == account]
        if word in ("delete", "hide"):
            (deleted if word == "delete" else hidden).add(row["post"])
        if word == "delist":
            delisted.add(row["story"])
        if word == "take-down-story":
            down.add(row["story"])
    story_of = {r["post"]: r["story"] for r in kinds(rows, "publish", "share")}

    def by_truth(stories: list[int]) -> dict[str, int]:
        return {name: sum(s in g for s in stories) for name, g in groups(facts).items()}

    persons = {int(facts.person[a]) for a in innocent}
    opened = {a for a in range(facts.accounts) if facts.origin[a] == a}
    opened |= {r["account"] for r in kinds(rows, "publish", "share")} | {*innocent, *guilty}
    return {
        "accounts": {
            "innocent": len(innocent),
            "guilty": len(guilty),
            "innocent_persons": len(persons),
            "of_innocent_persons": sum(int(facts.person[a]) in persons for a in opened),
            "innocent_actions": verbs,
            "listed": min(len(innocent), 100),
            "innocent_accounts": innocent[:100],
            "innocent_ids": [facts.account_ids.tolist()[each] for each in innocent[:100]],
        },
        "posts": {
            "deleted": by_truth([story_of[p] for p in deleted]),
            "hidden": by_truth([story_of[p] for p in hidden]),
            "of_closed_accounts": by_truth([s for each in closed.values() for s in each]),
        },
        "stories": {"delisted": by_truth(list(delisted)), "taken_down": by_truth(list(down))},
    }
