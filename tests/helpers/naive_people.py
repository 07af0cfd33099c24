"""The naive twins of audience, displacement and losses: readers, and those who were closed."""

from __future__ import annotations

from typing import Any

from naive_desk import first_guilty
from naive_parts import Row, div, groups, kinds, spread

from rumorsim.events.stream import VERBS, Facts

CLOSING = ("close", "take-down")
#: What each word that lifts something ends, for good or for now.
ENDS = {
    "reinstate": (*CLOSING, "suspend"),
    "reopen": CLOSING,
    "restore-followers": ("remove-followers",),
}


def verb(row: Row) -> str:
    return VERBS[int(row["value"])] if row["kind"] == "action" else ""


def audience(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    belief = {(r["account"], r["story"]): r["value"] for r in kinds(rows, "believe")}
    trust = {r["account"]: r["value"] for r in kinds(rows, "trust")}

    def of(members: set[int]) -> dict[str, Any]:
        truth = {}
        for name, stories in groups(facts).items():
            seen = [
                r
                for r in kinds(rows, "expose")
                if r["account"] in members and r["story"] in stories
            ]
            reached = {r["account"] for r in seen}

            def now(value: float, stories: set[int] = stories) -> int:
                held = {a for (a, s), v in belief.items() if v == value and s in stories}
                return len(held & members)

            truth[name] = {
                "accounts": len(reached),
                "part": div(len(reached), len(members)),
                "exposures": len(seen),
                "believers": now(1.0),
                "corrected": now(0.0),
            }
        change = [trust[a] - float(facts.trust[a]) for a in members if a in trust]
        return {
            "truth": truth,
            "trust": {
                "moved": len(change),
                "lower": sum(x < 0 for x in change),
                "higher": sum(x > 0 for x in change),
                "mean_change": div(sum(change), len(members)),
            },
        }

    everyone = [a for a in range(facts.accounts) if facts.origin[a] == a]
    return {
        "all": of(set(everyone)),
        "kinds": {
            name: of({a for a in everyone if facts.kind[a] == i})
            for i, name in enumerate(facts.kinds)
        },
        "platforms": {
            name: of({a for a in everyone if facts.platform[a] == i})
            for i, name in enumerate(facts.platforms)
        },
    }


def displacement(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    where = {a: int(facts.platform[a]) for a in range(facts.accounts)}
    gone: set[int] = set()
    lost: dict[int, set[int]] = {}
    voices: dict[str, set[int]] = {"same": set(), "another": set()}
    posts: list[tuple[str, int]] = []
    seen: list[tuple[str, int, int]] = []

    def place(account: int) -> str | None:
        places = lost.get(int(facts.person[account])) if account >= 0 else None
        if account in gone or not places:
            return None
        return "same" if where[account] in places else "another"

    for row in rows:
        account = row["account"]
        if row["kind"] in ("publish", "share"):
            where[account] = row["platform"]
            if to := place(account):
                voices[to].add(account)
                posts.append((to, row["story"]))
        elif row["kind"] == "expose" and (to := place(row["source"])):
            seen.append((to, row["story"], account))
        elif verb(row) in CLOSING and account >= 0:
            gone.add(account)
            lost.setdefault(int(facts.person[account]), set()).add(where[account])
    names = ("same", "another")

    def of(stories: set[int]) -> dict[str, Any]:
        mine = [each for each in seen if each[1] in stories]
        total = sum(r["story"] in stories for r in kinds(rows, "expose"))
        return {
            "posts": {n: sum(to == n and s in stories for to, s in posts) for n in names},
            "exposures": {n: sum(to == n for to, *_ in mine) for n in names},
            "readers": {n: len({a for to, _, a in mine if to == n}) for n in names},
            "part": div(len(mine), total),
        }

    return {
        "persons": len(lost),
        "accounts": {n: len(voices[n]) for n in names},
        "truth": {name: of(stories) for name, stories in groups(facts).items()},
    }


def losses(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    false, true = groups(facts)["false"], groups(facts)["true"]
    words = ("innocent", "guilty")
    reasons = ("barred", "unwilling")
    open_hits: dict[int, list[tuple[str, float, bool]]] = {}
    cut: dict[str, dict[int, bool]] = {"closed": {}, "removed": {}}
    hits = dict.fromkeys(words, 0)
    hours: dict[str, list[float]] = {word: [] for word in words}
    for n, row in enumerate(rows):
        word, account = verb(row), row["account"]
        if word in (*CLOSING, "suspend", "remove-followers"):
            guilty = first_guilty(rows[:n], false, ("account", account)) is not None
            open_hits.setdefault(account, []).append((word, row["time"], guilty))
            hits[words[guilty]] += word != "remove-followers"
            if word != "suspend":
                way = "removed" if word == "remove-followers" else "closed"
                cut[way].setdefault(account, guilty)
        elif word in ENDS:
            over = [hit for hit in open_hits.get(account, []) if hit[0] in ENDS[word]]
            open_hits[account] = [h for h in open_hits.get(account, []) if h not in over]
            for what, since, guilty in over:
                if what != "remove-followers":
                    hours[words[guilty]].append(row["time"] - since)

    withheld = kinds(rows, "withhold")
    return {
        "withheld": {
            name: {
                reason: sum(r["value"] == code and r["story"] in stories for r in withheld)
                for code, reason in enumerate(reasons)
            }
            for name, stories in groups(facts).items()
        },
        "silenced": {
            reason: len({r["account"] for r in withheld if r["value"] == c and r["story"] in true})
            for c, reason in enumerate(reasons)
        },
        "follows": {
            way: {
                word: sum(int(facts.followers[a]) for a, g in hit.items() if words[g] == word)
                for word in words
            }
            for way, hit in cut.items()
        },
        "reinstated": {
            word: {"hit": hits[word], "undone": len(hours[word]), "hours": spread(hours[word])}
            for word in words
        },
    }


def sources(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    false = groups(facts)["false"]
    offsets, followers = facts.follows or ([], [])
    open_hits: dict[int, list[tuple[str, bool]]] = {}
    for n, row in enumerate(rows):
        word, account = verb(row), row["account"]
        if word in (*CLOSING, "suspend", "remove-followers"):
            guilty = first_guilty(rows[:n], false, ("account", account)) is not None
            open_hits.setdefault(account, []).append((word, guilty))
        elif word in ENDS:
            left = [h for h in open_hits.get(account, []) if h[0] not in ENDS[word]]
            open_hits[account] = left
    hit = {
        a: [guilty for what, guilty in hits if what != "suspend"] for a, hits in open_hits.items()
    }

    def people(lost: list[int]) -> dict[str, Any]:
        rows_of = [int(facts.origin[a]) for a in lost]
        persons = {
            int(facts.person[f]) for a in rows_of for f in followers[offsets[a] : offsets[a + 1]]
        }
        everyone = len(set(facts.person.tolist()))
        return {"accounts": len(lost), "persons": len(persons), "part": len(persons) / everyone}

    return {
        "any": people([a for a, each in hit.items() if each]),
        "innocent": people([a for a, each in hit.items() if each and not all(each)]),
    }
