"""The factors of P(share) as a table: symbol, meaning, the key that sets it, its default."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from fields import Key, keys, plain, table
from sources import INTERVENTIONS, Scenario, inside, keys_of, models_in

__all__ = ["TERMS", "key_at", "terms"]


class Term(NamedTuple):
    """One factor: its name in the engines, its symbol, what it is, the keys that set it."""

    factor: str
    symbol: str
    meaning: str
    where: tuple[str, ...]


#: In the order in which they are multiplied. Keys of interventions begin with their kind.
TERMS: Final = (
    Term(
        "appeal",
        "a_s",
        "appeal of the story: that of its description, times what was drawn for this story",
        ("stories.appeal", "stories.appeal_across"),
    ),
    Term(
        "vigour",
        "v_p",
        "vigour of the post: gamma with mean 1, drawn once a post; times a factor of its author's"
        " audience, of an original times the factor of originals, and of a share times what was"
        " drawn for the shares of this story and a factor of its rank",
        (
            "stories.vigour",
            "stories.audience_exponent",
            "stories.audience_reference",
            "stories.original",
            "stories.original_across",
            "stories.shares_across",
            "stories.rank_exponent",
            "stories.rank_scale",
        ),
    ),
    Term(
        "receptivity",
        "r_{i,g}",
        "receptivity of the reader to the story's category $g$: gamma with mean 1, times the factor"
        " of the reader's kind",
        ("accounts.receptivity", "accounts.homophily", "accounts.kinds.receptivity"),
    ),
    Term(
        "follow weight",
        "w_{ji}",
        "weight of the follow, where the post came by one",
        ("feed.follow_weight",),
    ),
    Term(
        "author's credence",
        "c_j",
        "credence of the author",
        ("accounts.kinds.credence", "verify-identity.credence"),
    ),
    Term(
        "story's credence",
        "c_s",
        "credence of the story, which only a policy of your own moves",
        (),
    ),
    Term(
        "post's credence",
        "c_p",
        "credence of the post; of a share also its original's",
        ("label.credence", "crowd-note.credence"),
    ),
    Term(
        "trust",
        "t_i^{o_j}",
        "trust of the reader, where the author is official ($o_j = 1$)",
        ("accounts.trust", "accounts.trust_shape", "accounts.kinds.official"),
    ),
    Term(
        "novelty",
        "n_s(\\tau_s)",
        "novelty: falls with the age $\\tau_s$ of the story",
        ("stories.novelty",),
    ),
    Term(
        "post's novelty",
        "n_p(\\tau_p)",
        "novelty of the post: falls with its own age $\\tau_p$",
        ("stories.post_novelty",),
    ),
    Term(
        "reinforcement",
        "\\rho_s(k)",
        "reinforcement at the $k$-th read of the story by this account",
        ("stories.reinforcement",),
    ),
    Term(
        "corrections",
        "\\kappa_{i,s}",
        "for each correction of the story that the reader has read: its factor, or the larger one"
        " where it backfires",
        ("stories.correction", "stories.backfire", "stories.backfire_factor"),
    ),
    Term(
        "flow",
        "\\phi_s",
        "flow that a circuit breaker leaves to the story",
        ("circuit-breaker.flow",),
    ),
    Term(
        "if_doubted",
        "d_{i,s}",
        "doubt: for readers who do not believe the story",
        ("stories.if_doubted",),
    ),
    Term(
        "friction",
        "f_i",
        "friction of the reader's platform",
        ("feed.friction", "platforms.friction", "friction.friction"),
    ),
    Term(
        "cross-posting",
        "x_{ij}",
        "cross-posting, where the author is the same person on another platform",
        ("platforms.crosspost",),
    ),
    Term(
        "will to post",
        "\\omega_i",
        "the part of its posting that the reader still does: it follows income and fear",
        ("accounts.kinds.dependence", "beliefs.chilling", "beliefs.chilling_floor"),
    ),
    Term(
        "again",
        "q_s^{m}",
        "for who has shared the story $m$ times, or published it ($m = 1$)",
        ("stories.again",),
    ),
)


def terms(_: Path) -> str:
    """The table of factors with the keys and defaults of the schema."""
    return table(("Factor", "What it is", "Keys and defaults"), list(_rows()))


def _rows() -> Iterator[tuple[str, ...]]:
    for term in TERMS:
        cells = []
        for where in term.where:
            key = key_at(where)
            source = f", *{key.source}*" if key.source else ""
            cells.append(f"`{where}`: {key.default}{source}")
        yield f"${term.symbol}$", plain(term.meaning), "<br>".join(cells) or "no key; 1"


def key_at(where: str) -> Key:
    """The key of a dotted path below a scenario, or below an intervention by its kind."""
    first, *rest = where.split(".")
    model: Any = INTERVENTIONS[first] if first in INTERVENTIONS.own and rest else Scenario
    path = rest if model is not Scenario else [first, *rest]
    for part in path[:-1]:
        annotation = keys_of(model)[part].annotation
        held = inside(annotation, tuple) or inside(annotation, dict) or annotation
        (model,) = models_in(held)
    return next(key for key in keys(model) if key.name == path[-1])
