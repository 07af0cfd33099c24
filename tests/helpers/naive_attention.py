"""The naive twins of benefits and penalties: who gets attention, who gets penalties."""

from __future__ import annotations

from typing import Any

from naive_desk import UNDO, WORDS
from naive_parts import Row, desks, div, groups, kinds

from rumorsim.events.stream import VERBS, Facts


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
        there = [n for a, n in enumerate(got) if n or facts.origin[a] == a]
        total, most = sum(got), sorted(there, reverse=True)
        by_kind = [
            sum(n for a, n in enumerate(got) if facts.kind[a] == k) for k in range(len(facts.kinds))
        ]
        some = [n for n in got if n]
        return {
            "exposures": total,
            "gini": naive_gini(there),
            "top_one": div(sum(most[: max(len(there) // 100, 1)]), total),
            "top_ten": div(sum(most[: max(len(there) // 10, 1)]), total),
            "authors": {"count": len(some), "gini": naive_gini(some)},
            "kinds": {
                name: {
                    "exposures": by_kind[k],
                    "part": div(by_kind[k], total),
                    "per_account": div(
                        by_kind[k],
                        sum(facts.kind[a] == k and facts.origin[a] == a for a in everyone),
                    ),
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


def cost(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    paid = [
        (verb, r["source"], facts.prices.get(verb, 0.0 if verb == "moot" else 1.0))
        for r in kinds(rows, "action")
        for verb in (VERBS[int(r["value"])],)
    ]
    total = sum(price for *_, price in paid)
    return {
        "total": total,
        "per_day": total * 24 / facts.horizon,
        "verbs": {v: sum(price for verb, _, price in paid if verb == v) for v in VERBS},
        "interventions": {
            label: sum(price for _, source, price in paid if source == place)
            for label, place in desks(facts)
        },
    }


def payments(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    paid = kinds(rows, "pay")
    spent = [row for row in paid if row["story"] >= 0 and row["value"] >= 0]

    def of(part: list[Row]) -> dict[str, Any]:
        ways = {"spent": 0.0, "taken_in": 0.0, "fined": 0.0}
        for row in part:
            if row["story"] < 0:
                ways["fined"] += row["value"]
            elif row["value"] < 0:
                ways["taken_in"] -= row["value"]
            else:
                ways["spent"] += row["value"]
        return {**ways, "payments": sum(row in spent for row in part)}

    names = [each.kind for each in facts.adversaries]
    return {
        **of(paid),
        "paid_accounts": len({row["account"] for row in spent} - {-1}),
        "truth": {
            name: sum(row["value"] for row in spent if row["story"] in stories)
            for name, stories in groups(facts).items()
        },
        "adversaries": {
            f"{kind} (2)" if kind in names[:i] else kind: of([r for r in paid if r["source"] == i])
            for i, kind in enumerate(names)
        },
    }


def earnings(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    held: dict[int, list[int]] = {account: [] for account in range(facts.accounts)}
    reads: list[tuple[int, int, float]] = []
    for row in rows:
        verb = VERBS[int(row["value"])] if row["kind"] == "action" else ""
        if verb == "demonetise":
            held[row["account"]].append(row["source"])
        elif verb == "remonetise":
            held[row["account"]].clear()
        elif verb == "remonetise-in-part" and row["source"] in held[row["account"]]:
            held[row["account"]].remove(row["source"])
        elif row["kind"] == "read":
            share = 1.0
            for by in held[row["source"]]:
                share *= facts.interventions[by].keeps if by >= 0 else 0.0
            reads.append((row["story"], row["source"], share))

    def of(stories: set[int]) -> dict[str, Any]:
        def money(paid: bool, members: list[int]) -> float:
            return sum(
                float(facts.earnings[a]) / 1000 * (share if paid else 1 - share)
                for story, a, share in reads
                if story in stories and a in members
            )

        everyone = list(range(facts.accounts))
        total = money(True, everyone)
        by_kind = {}
        for k, name in enumerate(facts.kinds):
            members = [a for a in everyone if facts.kind[a] == k]
            by_kind[name] = {
                "earned": money(True, members),
                "withheld": money(False, members),
                "part": div(money(True, members), total),
            }
        return {"earned": total, "withheld": money(False, everyone), "kinds": by_kind}

    whole = of(set(range(len(facts.stories))))
    return {**whole, "truth": {name: of(stories) for name, stories in groups(facts).items()}}
