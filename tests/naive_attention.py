"""The naive twins of benefits and penalties: who gets attention, who gets penalties."""

from __future__ import annotations

from typing import Any

from naive_desk import UNDO, WORDS
from naive_parts import Row, div, groups, kinds

from rumorsim.events import VERBS, Facts


def naive_gini(counts: list[int]) -> float | None:
    """Half the mean absolute difference of all pairs, over the mean."""
    if not sum(counts):
        return None
    apart = sum(abs(a - b) for a in counts for b in counts)
    return apart / (2 * len(counts) * sum(counts))


def benefits(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    seen = kinds(rows, "expose")
    everyone = range(facts.accounts)

    def of(stories: set[int]) -> dict[str, Any]:
        got = [sum(r["source"] == a and r["story"] in stories for r in seen) for a in everyone]
        total, most = sum(got), sorted(got, reverse=True)
        by_kind = [
            sum(n for a, n in enumerate(got) if facts.kind[a] == k) for k in range(len(facts.kinds))
        ]
        some = [n for n in got if n]
        return {
            "exposures": total,
            "gini": naive_gini(got),
            "top_one": div(sum(most[: max(facts.accounts // 100, 1)]), total),
            "top_ten": div(sum(most[: max(facts.accounts // 10, 1)]), total),
            "authors": {"count": len(some), "gini": naive_gini(some)},
            "kinds": {
                name: {
                    "exposures": by_kind[k],
                    "part": div(by_kind[k], total),
                    "per_account": div(by_kind[k], facts.kind.tolist().count(k)),
                }
                for k, name in enumerate(facts.kinds)
            },
        }

    whole = of(set(range(len(facts.stories))))
    return {**whole, "truth": {name: of(stories) for name, stories in groups(facts).items()}}


def penalties(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    effects = [verb for verb in VERBS if verb not in (*UNDO, *WORDS)]
    acts = [
        (n, row["account"], VERBS[int(row["value"])])
        for n, row in enumerate(rows)
        if row["kind"] == "action" and row["account"] >= 0
    ]
    acts = [act for act in acts if act[2] in effects]
    hit = {account for _, account, _ in acts}
    false = groups(facts)["false"]
    again = 0
    for account in hit:
        first = min(n for n, a, _ in acts if a == account)
        later = kinds(rows[first:], "publish", "share")
        again += any(r["account"] == account and r["story"] in false for r in later)
    times = [sum(a == account for _, a, _ in acts) for account in hit]
    persons = [int(facts.person[a]) for a in hit]
    number = range(len(facts.kinds))

    def verb(word: str) -> dict[str, Any]:
        mine = [account for _, account, w in acts if w == word]
        by_kind = [sum(int(facts.kind[a]) == k for a in mine) for k in number]
        return {
            "actions": len(mine),
            "accounts": len(set(mine)),
            "kinds": dict(zip(facts.kinds, by_kind, strict=True)),
        }

    def kind(k: int) -> dict[str, Any]:
        of_kind = {a for a in range(facts.accounts) if facts.kind[a] == k}
        return {
            "actions": sum(a in of_kind for _, a, _ in acts),
            "accounts": len(hit & of_kind),
            "part": div(len(hit & of_kind), len(of_kind)),
        }

    return {
        "accounts": len(hit),
        "verbs": {word: verb(word) for word in effects},
        "kinds": {name: kind(k) for k, name in enumerate(facts.kinds)},
        "repeat": {
            "hit_twice": sum(n >= 2 for n in times),
            "most": max(times, default=0),
            "offended_again": again,
            "offended_again_part": div(again, len(hit)),
            "persons": len(set(persons)),
            "persons_on_several": sum(persons.count(p) >= 2 for p in set(persons)),
        },
    }
