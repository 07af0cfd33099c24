"""Faults to plant: exact old and new strings, and the tests that ought to see them.

A fault of the model is planted in both engines wherever both have the place: a fault in one
alone is seen by their comparison, which says nothing about the other tests. The few that
sit in one engine say so.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FAULTS", "Fault", "Patch"]

FEED = "rumorsim/engine/kernels/feed.py"
POSTING = "rumorsim/engine/kernels/posting.py"
DELIVERING = "rumorsim/engine/kernels/delivering.py"
REFERENCE = "rumorsim/engine/reference/feed.py"
REFERENCE_LOOKS = "rumorsim/engine/reference/engine.py"
REFERENCE_CLOCK = "rumorsim/engine/reference/clock.py"
CASES = "rumorsim/platform/interventions/cases.py"
DESK = "rumorsim/platform/desk_doing.py"

ENGINES = "tests/engine/test_engines.py"
THEORY = "tests/theory/test_theory_independent_cascade.py"
SINGLE = "tests/theory/test_theory_reading.py"
BACKGROUND = "tests/theory/test_theory_background.py"
DESKS = (
    "tests/platform/test_cases.py",
    "tests/platform/test_queues.py",
    "tests/platform/test_interventions.py",
)
WORLDS = (
    "tests/world/test_people.py",
    "tests/world/test_world.py",
    "tests/world/test_timetables.py",
)
READING = (
    ENGINES,
    "tests/platform/test_desk.py",
    "tests/measures/test_measures.py",
    "tests/world/test_world.py",
    "tests/platform/test_interventions.py",
    THEORY,
)


@dataclass(frozen=True)
class Patch:
    """One exact string of one file, which occurs there once, and what takes its place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Fault:
    """What is wrong, how it is planted, and the test files to run, in this order."""

    name: str
    patches: tuple[Patch, ...]
    tests: tuple[str, ...]

    def is_compiled(self) -> bool:
        """Must kernels be compiled anew? They also read the layouts of events.py."""
        return any("/kernels/" in p.file or p.file.endswith("events.py") for p in self.patches)


FAULTS: tuple[Fault, ...] = (
    Fault(
        "P(share) 5 % too high",
        (
            Patch(
                FEED,
                "return chance * willing(w, reader)",
                "return chance * 1.05 * willing(w, reader)",
            ),
            Patch(
                POSTING,
                "return stories(w)[p.story].appeal * p.vigour",
                "return 1.05 * stories(w)[p.story].appeal * p.vigour",
            ),
            Patch(
                REFERENCE,
                "return chance * self.willing(reader)",
                "return chance * 1.05 * self.willing(reader)",
            ),
        ),
        (THEORY, *READING),
    ),
    Fault(
        "check-in rates 5 % too high",
        (Patch("rumorsim/world/people.py", "rates *= factor", "rates *= factor * 1.05"),),
        (*WORLDS, ENGINES),
    ),
    Fault(
        "the last follower gets nothing",
        (
            Patch(
                DELIVERING,
                "begin, end = offsets(w)[row], offsets(w)[row + 1]",
                "begin, end = offsets(w)[row], max(offsets(w)[row + 1] - 1, offsets(w)[row])",
            ),
            Patch(
                REFERENCE,
                "row = world.graph.followers_of(int(world.reserve.origin[author])).tolist()",
                "row = world.graph.followers_of(int(world.reserve.origin[author])).tolist()[:-1]",
            ),
        ),
        (THEORY, *READING),
    ),
    Fault(
        "closing does nothing but say so",
        (
            Patch(
                "rumorsim/events/verbs.py",
                'Verb("close", ACCOUNT, "reinstate", equal=CLOSING, strike=True, moves=_gone,',
                'Verb("close", ACCOUNT, "reinstate", equal=CLOSING, strike=True, moves=_nothing,',
            ),
        ),
        ("tests/platform/test_desk.py", *DESKS),
    ),
    Fault(
        "the wrong direction of follows",
        (
            Patch(
                "rumorsim/graphs/columns.py",
                "return direction == DIRECTIONS[0]",
                "return direction == DIRECTIONS[1]",
            ),
        ),
        ("tests/graphs/test_graphs_follows.py", "tests/graphs/test_graphs_reading.py", THEORY),
    ),
    Fault(
        "report and share are one draw",
        (
            Patch(FEED, "reader, time, words[2]))", "reader, time, words[1]))"),
            Patch(DELIVERING, "drawn[2 * BLOCK + j] < reports", "drawn[BLOCK + j] < reports"),
            Patch(
                REFERENCE,
                "self.notice(post, reader, surface, words[2])",
                "self.notice(post, reader, surface, words[1])",
            ),
        ),
        ("tests/common/test_randomness.py", *READING, "tests/platform/test_cases.py"),
    ),
    Fault(
        "all readers of a post have the same luck",
        (
            Patch(
                FEED,
                "words = philox(w.seed, head, story, author, reader)",
                "words = philox(w.seed, head, story, author, author)",
            ),
            Patch(
                "rumorsim/engine/kernels/blocks.py",
                "fourth = np.uint64(who[begin + j]) & _MASK",
                "fourth = third",
            ),
            Patch(
                DELIVERING,
                "word = philox(w.seed, (READ << 24) | p.k, p.story, p.author, reader)[3]",
                "word = philox(w.seed, (READ << 24) | p.k, p.story, p.author, p.author)[3]",
            ),
            Patch(
                REFERENCE,
                "address = (address_word(Purpose.READ, k), story, author, reader)",
                "address = (address_word(Purpose.READ, k), story, author, author)",
            ),
        ),
        (THEORY, ENGINES),
    ),
    Fault(
        "attention holds one post more",
        (
            Patch(FEED, "taken == w.attention:", "taken == w.attention + 1:"),
            Patch(REFERENCE, "if taken == attention:", "if taken == attention + 1:"),
        ),
        (SINGLE, BACKGROUND, *READING),
    ),
    Fault(
        "background comes at half its rate",
        (
            Patch(FEED, "if account.background * age >=", "if 0.5 * account.background * age >="),
            Patch(REFERENCE, "return rate * age >=", "return 0.5 * rate * age >="),
        ),
        (BACKGROUND, *READING),
    ),
    Fault(
        "undoing is said, not done",
        (Patch(DESK, "            self.levers.lift(factor)\n", "            pass\n"),),
        ("tests/platform/test_desk.py", *DESKS),
    ),
    Fault(
        "quotas are ignored",
        (Patch(CASES, "            yield self._quotas.turn()\n", "            pass\n"),),
        DESKS,
    ),
    Fault(
        "the desk's delay is ignored",
        (Patch(CASES, "if self._delay is not None:", "if False:"),),
        DESKS,
    ),
    Fault(
        "reviewers are without number",
        (Patch(CASES, "capacity=intervention.reviewers)", "capacity=1_000_000)"),),
        DESKS,
    ),
    Fault(
        "the guilty are found as seldom as the innocent are hit",
        (
            Patch(
                CASES,
                "return uniform(case.words[0]) < sensitivity",
                "return uniform(case.words[0]) < false_positive_rate",
            ),
        ),
        DESKS,
    ),
    Fault(
        "what has a duration lasts for ever",
        (Patch(CASES, "if self.intervention.duration is not None:", "if False:"),),
        DESKS,
    ),
    Fault(
        "a report counts twice for its post",
        (
            Patch(FEED, "    p.reports += 1\n", "    p.reports += 2\n"),
            Patch(
                REFERENCE_CLOCK,
                "        row[quantity] += 1\n",
                '        row[quantity] += 2 if quantity == "reports" else 1\n',
            ),
        ),
        (*DESKS, *READING),
    ),
    Fault(
        "every read is an exposure",
        (
            Patch(FEED, "if known.reads == 1 and", "if known.reads >= 1 and"),
            Patch(REFERENCE, "elif known.reads == 1:", "elif known.reads >= 1:"),
        ),
        (SINGLE, *READING),
    ),
    Fault(
        "the daily curve is ignored",
        (Patch("rumorsim/world/tables.py", 'if written == "flat":', "if True:"),),
        (*WORLDS, ENGINES),
    ),
    Fault(
        "filtered stories are still looked at",
        (
            Patch(
                "rumorsim/engine/kernels/looks.py",
                "return stories(w)[story].listed != 0\n",
                "return True\n",
            ),
            Patch(
                REFERENCE_LOOKS,
                'return bool(row["promoted"]) or (bool(row["listed"]) and not withheld)',
                "return True",
            ),
        ),
        ("tests/platform/test_trending.py", "tests/platform/test_desk.py", *DESKS),
    ),
    Fault(
        "an account shares a story again and again",
        (
            Patch(FEED, "        known.shared += 1\n        deliver", "        deliver"),
            Patch(
                REFERENCE,
                "            known.shared += 1\n            self.share(post, reader, 0 if",
                "            self.share(post, reader, 0 if True or",
            ),
        ),
        (SINGLE, "tests/platform/test_desk.py", "tests/measures/test_measures.py", *READING),
    ),
    Fault(
        "corrections are ignored",
        (
            Patch(FEED, "chance *= corrected_share(w, i, reader)", "chance *= 1.0"),
            Patch(
                REFERENCE,
                "chance *= self.corrected_share(rules.corrections[i], reader)",
                "chance *= 1.0",
            ),
        ),
        ("tests/engine/test_beliefs.py", *READING),
    ),
    Fault(
        "removed followers still read what was unread",
        (
            Patch(
                FEED,
                "shown(w, post, reader) and kept(w, np.int64(posts(w)[post].author), reader)",
                "shown(w, post, reader)",
            ),
            Patch(
                REFERENCE,
                "if not self.shown(post, reader) or not self.kept(author, reader):",
                "if not self.shown(post, reader):",
            ),
        ),
        ("tests/platform/test_desk.py", *READING),
    ),
    Fault(
        "the digest leaves a column out",
        (
            Patch(
                "rumorsim/events/stream.py",
                "        for name, column in batch.columns().items():\n",
                "        for name, column in list(batch.columns().items())[:-1]:\n",
            ),
        ),
        (
            "tests/events/test_digest.py",
            "tests/simulation/test_results.py",
            "tests/events/test_sinks.py",
        ),
    ),
    Fault(
        "the fast engine misses posts that arrive at an unread feed (fast only)",
        (
            Patch(
                "rumorsim/engine/kernels/unread.py",
                "    account.unread = unread + 1\n",
                "    account.unread = max(unread, 1)\n",
            ),
        ),
        (ENGINES,),
    ),
)
