"""What each field of a scenario's world does: settings, and one change that must be felt.

A new field needs a line here; ``test_world`` fails until it has one.
"""

from __future__ import annotations

from typing import Any

__all__ = ["EFFECTS", "EVERYTHING", "EXPOSED_LATE"]

Changes = dict[str, Any]

#: Changes to the plain small world in which every part of a scenario is at work.
EVERYTHING: Changes = {
    "start": "2023-03-10 08:00",
    "horizon": "30 h",
    "graph": {"kind": "erdos-renyi", "accounts": 80, "mean_followers": 12.0, "seed": 5},
    "accounts": {
        "kinds": {
            "self-media": {"share": 0.3, "prominence": 0.5},
            "official-media": {"share": 0.2, "official": True},
        },
        "trust": 0.5,
    },
    "feed": {
        "attention": 4,
        "background": "100 per day",
        "check_ins": {"mean": "36 per day", "shape": 1.0},
    },
    "trending": {
        "slots": 3,
        "refresh": "20 min",
        "looks": "6 per day",
        "topics": "2 per h",
        "heat": {"median": 20.0, "sigma": 1.0},
        "lasting": {"law": "fixed", "time": "2 h"},
    },
    "stories": [
        {
            "name": "rumor",
            "truth": False,
            "category": "health",
            "appeal": 0.3,
            "report": 0.2,
            "author": {"kind": "self-media", "count": 3},
            "schedule": {"rate": "6 per day", "begin": "1 h"},
            "novelty": {"half_life": "6 h"},
        },
        {
            "name": "correction",
            "truth": True,
            "category": "news",
            "appeal": 0.4,
            "author": {"kind": "official-media"},
            "schedule": {"rate": "6 per day"},
            "answers": "rumor",
        },
    ],
    "policies": [
        {
            "name": "it",
            "interventions": [
                {
                    "kind": "close-accounts",
                    "when": {"at": ["9 h"]},
                    "whom": {"categories": ["health"]},
                    "sensitivity": 1.0,
                    "false_positive_rate": 0.0,
                }
            ],
        }
    ],
}


def _feed(**changes: Any) -> Changes:
    return {"feed": changes}


def _accounts(**changes: Any) -> Changes:
    return {"accounts": changes}


def _kind(**changes: Any) -> Changes:
    return {"accounts": {"kinds": {"self-media": changes}}}


def _rumor(**changes: Any) -> Changes:
    return {"stories": {0: changes}}


def _arms(**changes: Any) -> Changes:
    """Arms, and a policy for treated readers alone."""
    slow = {"kind": "friction", "when": {"at": ["0 h"]}, "friction": 0.0, "readers": "treated"}
    return {"arms": changes, "policies": [{"name": "it", "interventions": [slow]}]}


def _novelty(**changes: Any) -> Changes:
    return _rumor(novelty=changes)


def _visits(**changes: Any) -> Changes:
    return _rumor(visits=changes)


def _trending(**changes: Any) -> Changes:
    return {"trending": changes}


#: Two stories that have nothing to do with each other.
_ALONE: Changes = {"stories": {1: {"answers": None}}}
_BY_DELAY = _feed(reading="delay", delay={"law": "fixed", "time": "1 h"})

#: What late exposures can do with: delay reading, nothing that asks who has read what.
EXPOSED_LATE: Changes = {
    "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "1 h"}},
    "trending": None,
    "stories": {0: {"reinforcement": [1.0]}, 1: {"answers": None, "reinforcement": [1.0]}},
    "measures": ["reach"],
}

#: The self-media lose their income: who depends on it posts less.
_UNLIKE = _accounts(receptivity=0.5)

_UNPAID: Changes = {
    "policies": [
        {
            "name": "it",
            "interventions": [
                {
                    "kind": "demonetise",
                    "when": {"at": ["2 h"]},
                    "whom": {"kinds": ["self-media"]},
                    "keep": 0.0,
                }
            ],
        }
    ],
}

#: Two platforms with every surface; some people have accounts on both.
_TWO: Changes = {
    "trending": None,
    "graph": {
        "kind": "union",
        "accounts": None,
        "mean_followers": None,
        "seed": None,
        "parts": {
            name: {"kind": "erdos-renyi", "accounts": 50, "mean_followers": 10.0, "seed": 5}
            for name in ("weibo", "douyin")
        },
    },
    "accounts": {"elsewhere": 0.5},
    "stories": {0: {"author": {"kind": None, "count": None, "ids": [0, 3, 60]}}},
    "platforms": {
        "weibo": {
            "trending": EVERYTHING["trending"],
            "recommendation": {"stories": 2, "looks": "20 per day", "others": 20.0},
            "push": {"per_day": 2, "opened": 0.5, "least": 0.0},
        },
        "douyin": {"crosspost": 3.0},
    },
}
#: Most have read the correction before the rumor: it may not convince them all.
_REFUTED: Changes = {"stories": {0: {"belief": 0.9}, 1: {"schedule": {"begin": "12 h"}}}}
_BELIEVING: Changes = {"stories": {0: {"belief": 0.9}, 1: {"convinces": 0.3}}}


def _weibo(**changes: Any) -> Changes:
    return {"platforms": {"weibo": changes}}


def _weibo_after(**changes: Any) -> Changes:
    platforms = _TWO["platforms"]
    weibo = {
        **platforms["weibo"],
        **{k: {**platforms["weibo"][k], **v} for k, v in changes.items()},
    }
    return {**_TWO, "platforms": {**platforms, "weibo": weibo}}


def _beliefs(**changes: Any) -> Changes:
    return {"beliefs": changes}


#: (model.field): settings, and the change to that field.
EFFECTS: dict[str, tuple[Changes, Changes]] = {
    "Feed.reading": ({}, _feed(reading="delay")),
    "Feed.attention": ({}, _feed(attention=1)),
    "Feed.check_ins": ({}, _feed(check_ins={"mean": "30 per day", "shape": 5.0})),
    "Feed.background": ({}, _feed(background="1000 per day")),
    "Feed.background_by": ({}, _feed(background_by="followee")),
    "Feed.delay": (_BY_DELAY, _feed(delay={"law": "fixed", "time": "2 h"})),
    "Feed.daily_curve": ({}, _feed(daily_curve="waking")),
    "Feed.follow_weight": ({}, _feed(follow_weight="one-over-followees")),
    "Feed.exposures": (EXPOSED_LATE, _feed(exposures="late")),
    "Feed.friction": ({}, _feed(friction=0.3)),
    "CheckIns.mean": ({}, _feed(check_ins={"mean": "24 per day"})),
    "CheckIns.shape": ({}, _feed(check_ins={"shape": 10.0})),
    "Accounts.kinds": ({}, _accounts(kinds={"celebrity": {"share": 0.1, "prominence": 2.0}})),
    "Accounts.elsewhere": (_TWO, _accounts(elsewhere=1.0)),
    "Accounts.second": ({}, _accounts(second=0.3)),
    "Accounts.receptivity": ({}, _accounts(receptivity=0.5)),
    "Accounts.homophily": (_UNLIKE, _accounts(homophily=1.0)),
    "Accounts.trust": ({}, _accounts(trust=2.0)),
    "Accounts.trust_shape": ({}, _accounts(trust_shape=0.5)),
    "KindOfAccount.share": ({}, _kind(share=0.1)),
    "KindOfAccount.prominence": ({}, _kind(prominence=4.0)),
    "KindOfAccount.official": ({}, _kind(official=True)),
    "KindOfAccount.check_ins": ({}, _kind(check_ins=4.0)),
    "KindOfAccount.receptivity": ({}, _kind(receptivity=5.0)),
    "KindOfAccount.credence": ({}, _kind(credence=0.1)),
    "KindOfAccount.posting": ({}, _kind(posting=0.2)),
    "KindOfAccount.dependence": (_UNPAID, _kind(dependence=1.0)),
    "KindOfAccount.countable": (_trending(looks="24 per day"), _kind(countable=0.0)),
    "Scenario.adversaries": (
        {},
        {
            "adversaries": [
                {"kind": "fake-engagement", "stories": ["rumor"], "size": 20, "shares": 5}
            ]
        },
    ),
    "Story.name": (_ALONE, _rumor(name="hearsay")),
    "Story.truth": ({}, _rumor(truth=True)),
    "Story.category": ({"stories": {1: {"category": "health"}}}, _rumor(category="news")),
    "Story.appeal": ({}, _rumor(appeal=0.1)),
    "Story.author": ({}, _rumor(author={"kind": "official-media"})),
    "Story.at": ({}, _rumor(at=["2 h"], schedule=None)),
    "Story.schedule": (_rumor(schedule=None), _rumor(schedule={"rate": "3 per day"})),
    "Story.copies": (_ALONE, _rumor(copies=2)),
    "Story.report": ({}, _rumor(report=0.8)),
    "Story.vigour": ({}, _rumor(vigour=0.5)),
    "Story.appeal_across": ({}, _rumor(appeal_across={"law": "gamma", "shape": 0.4})),
    "Story.original": ({}, _rumor(original=0.1)),
    "Story.original_across": ({}, _rumor(original_across={"law": "lognormal", "sigma": 1.5})),
    "Story.shares_across": ({}, _rumor(shares_across={"law": "gamma", "shape": 0.4})),
    "Story.rank_exponent": (_rumor(appeal=0.9), _rumor(appeal=0.9, rank_exponent=5.0)),
    "Story.rank_scale": (
        _rumor(appeal=0.9, rank_exponent=5.0, rank_scale=1000.0),
        _rumor(appeal=0.9, rank_exponent=5.0, rank_scale=0.1),
    ),
    "Story.audience_exponent": ({}, _rumor(audience_exponent=1.0)),
    "Story.audience_reference": (
        _rumor(audience_exponent=1.0),
        _rumor(audience_exponent=1.0, audience_reference=3.0),
    ),
    "Story.again": ({}, _rumor(again=0.9)),
    "Story.novelty": ({}, _rumor(novelty=None)),
    "Story.post_novelty": ({}, _rumor(post_novelty={"half_life": "20 min"})),
    "Story.reinforcement": ({}, _rumor(reinforcement=[0.2, 2.0])),
    "Story.visits": ({}, _visits(mean=30.0)),
    "Visits.mean": (_visits(mean=30.0), _visits(mean=60.0)),
    "Visits.sigma": (_visits(mean=30.0), _visits(sigma=1.0)),
    "Visits.followers_exponent": (_visits(mean=30.0), _visits(mean=30.0, followers_exponent=2.0)),
    "Visits.delay": (_visits(mean=30.0), _visits(delay={"law": "fixed", "time": "1 h"})),
    "Story.answers": ({}, {"stories": {1: {"answers": None}}}),
    "Story.belief": (_BELIEVING, _rumor(belief=0.5)),
    "Story.if_doubted": (_BELIEVING, _rumor(if_doubted=0.1)),
    "Story.convinces": (_BELIEVING, {"stories": {1: {"convinces": 0.1}}}),
    "Story.backfire": ({}, {"stories": {1: {"backfire": 0.9}}}),
    "Story.backfire_factor": (
        {"stories": {1: {"backfire": 0.9}}},
        {"stories": {1: {"backfire_factor": 5.0}}},
    ),
    "Story.correction": ({}, {"stories": {1: {"correction": 0.0}}}),
    "Author.kind": ({}, _rumor(author={"kind": "ordinary"})),
    "Author.ids": ({}, _rumor(author={"kind": None, "count": None, "ids": [7]})),
    "Author.most_followed": ({}, _rumor(author={"kind": None, "count": None, "most_followed": 2})),
    "Author.random": ({}, _rumor(author={"kind": None, "count": None, "random": 4})),
    "Author.count": ({}, _rumor(author={"count": 1})),
    "Schedule.rate": ({}, _rumor(schedule={"rate": "12 per day"})),
    "Schedule.begin": ({}, _rumor(schedule={"begin": "9 h"})),
    "Schedule.end": ({}, _rumor(schedule={"end": "12 h"})),
    "Novelty.law": (_novelty(half_life="1 h"), _novelty(law="power")),
    "Novelty.half_life": ({}, _novelty(half_life="1 h")),
    "Novelty.exponent": (_novelty(law="power", half_life="1 h"), _novelty(exponent=9.0)),
    "Trending.slots": ({}, _trending(slots=1)),
    "Trending.refresh": ({}, _trending(refresh="3 h")),
    "Trending.half_life": ({}, _trending(half_life="20 h")),
    "Trending.looks": ({}, _trending(looks="24 per day")),
    "Trending.steepness": ({}, _trending(steepness=3.0)),
    "Trending.topics": ({}, _trending(topics="20 per h")),
    "Trending.heat": ({}, _trending(heat={"median": 500.0, "sigma": 3.0})),
    "Trending.lasting": ({}, _trending(lasting={"law": "fixed", "time": "10 h"})),
    "Trending.pinned": ({}, _trending(pinned=1)),
    "Trending.anchored": ({}, _trending(anchored=1)),
    "Trending.anchored_for": (_trending(anchored=1), _trending(anchored_for="1 h")),
    "Heat.median": ({}, _trending(heat={"median": 500.0})),
    "Heat.sigma": ({}, _trending(heat={"sigma": 4.0})),
    "Scenario.start": (_feed(daily_curve="waking"), {"start": "2023-03-10 20:00"}),
    "Scenario.horizon": ({}, {"horizon": "20 h"}),
    "Scenario.seed": ({}, {"seed": 2}),
    "Scenario.graph": ({}, {"graph": {"seed": 6}}),
    "Scenario.accounts": ({}, _accounts(trust=2.0)),
    "Scenario.feed": ({}, _feed(friction=0.3)),
    "Scenario.stories": ({}, _rumor(appeal=0.1)),
    "Scenario.trending": ({}, {"trending": None}),
    "Scenario.platforms": (_TWO, {"platforms": {"weibo": {"friction": 0.3}}}),
    "Scenario.beliefs": ({}, {"beliefs": {"chilling": 0.9}}),
    "Platform.friction": (_TWO, _weibo(friction=0.3)),
    "Platform.forward_limit": (_TWO, _weibo(forward_limit=1)),
    "Platform.crosspost": (_TWO, {"platforms": {"douyin": {"crosspost": 0.0}}}),
    "Platform.check_ins": (_TWO, _weibo(check_ins=0.3)),
    "Platform.publications_per_day": (_TWO, _weibo(publications_per_day=1)),
    "Platform.trending": (_TWO, _weibo(trending=None)),
    "Platform.recommendation": (_TWO, _weibo(recommendation=None)),
    "Platform.push": (_TWO, _weibo(push=None)),
    "Recommendation.stories": (_TWO, _weibo(recommendation={"stories": 1})),
    "Recommendation.refresh": (_TWO, _weibo(recommendation={"refresh": "3 h"})),
    "Recommendation.half_life": (_TWO, _weibo(recommendation={"half_life": "20 min"})),
    "Recommendation.looks": (_TWO, _weibo(recommendation={"looks": "2 per day"})),
    "Recommendation.others": (_TWO, _weibo(recommendation={"others": 5000.0})),
    "Push.per_day": (_TWO, _weibo(push={"per_day": 1})),
    "Push.opened": (_TWO, _weibo(push={"opened": 0.1})),
    "Push.least": (_TWO, _weibo(push={"least": 1e6})),
    "Push.refresh": (_TWO, _weibo(push={"refresh": "5 h"})),
    "Push.half_life": (_weibo_after(push={"least": 120.0}), _weibo(push={"half_life": "1 min"})),
    "Beliefs.trust_refuted": (_REFUTED, _beliefs(trust_refuted=-0.5)),
    "Beliefs.trust_unrefuted": (_BELIEVING, _beliefs(trust_unrefuted=-0.5)),
    "Beliefs.trust_closure": (_BELIEVING, _beliefs(trust_closure=-0.5)),
    "Beliefs.most_trust": (
        {**_BELIEVING, **_beliefs(trust_closure=9.0)},
        _beliefs(most_trust=4.0),
    ),
    "Beliefs.chilling": ({}, _beliefs(chilling=0.9)),
    "Beliefs.chilling_floor": (_beliefs(chilling=1.0), _beliefs(chilling_floor=0.9)),
    "Scenario.policies": ({}, {"policies": [{"name": "it", "interventions": []}]}),
    "Scenario.prices": ({}, {"prices": {"close": 5.0}}),
    "Scenario.observation": ({}, {"observation": {"sizes": [1, 9]}}),
    "Scenario.measures": ({}, {"measures": ["impressions"]}),
    "Arms.by": (_arms(), _arms(by="ego")),
    "Arms.resolution": (_arms(by="community"), _arms(resolution=4.0)),
    "Arms.top": (_arms(by="followers", top=5), _arms(top=40)),
    "Arms.share": (_arms(), _arms(share=0.1)),
    "Arms.start": (_arms(), _arms(start="20 h")),
    "Arms.stages": (_arms(stages=2, every="2 h"), _arms(stages=6)),
    "Arms.every": (_arms(stages=2, every="2 h"), _arms(every="12 h")),
    "Arms.switch": (_arms(), _arms(switch="3 h")),
    "Arms.number": (_arms(), _arms(number=7)),
}
