"""Background topics of a trending list: their scores at a refresh, and the ranking."""

from __future__ import annotations

from typing import Final

import numpy as np

from rumorsim.engine.kernels.compiling import inner, kernel

#: One topic.
TOPIC: Final = np.dtype(
    [
        ("number", "i8"),  # in order of arrival, from 0
        ("begin", "f8"),  # hours
        ("end", "f8"),  # hours: when it draws posts no more
        ("per_hour", "f8"),  # posts that it draws until then
        ("score", "f8"),
    ]
)
#: A topic that is over is forgotten once its score is no more than this.
FORGOTTEN = 1e-6


@kernel
def refresh(topics, count, coming, come, now, step, decay):
    """Let the scores of ``now`` follow from those of ``step`` hours before.

    ``topics`` (records of TOPIC, the first ``count`` in use, by falling score) takes in those of
    ``coming[come:]`` that have begun; there must be room for these and one more. Returns (how
    many are in use, how many of ``coming`` have come).
    """
    kept = 0
    for i in range(count):
        topic = topics[i]
        hot = min(max(topic.end - (now - step), 0.0), step)
        score = topic.score * decay + topic.per_hour * hot
        if score > FORGOTTEN or topic.end > now:
            topics[kept] = topic
            topics[kept].score = score
            _sink(topics, kept)
            kept += 1
    while come < coming.size and coming[come].begin <= now:
        topics[kept] = coming[come]
        begun = min(topics[kept].end, now) - topics[kept].begin
        topics[kept].score = topics[kept].per_hour * begun
        _sink(topics, kept)
        come += 1
        kept += 1
    return kept, come


@inner
def _sink(topics, last):
    """Move the last of the topics to its place among those before it, which are in order."""
    score, number = topics[last].score, topics[last].number
    at = last
    while at > 0:
        before = topics[at - 1]
        if before.score > score or (before.score == score and before.number < number):
            break
        at -= 1
    if at < last:
        spare = topics.size - 1
        topics[spare] = topics[last]
        for i in range(last, at, -1):
            topics[i] = topics[i - 1]
        topics[at] = topics[spare]


@kernel
def rank(listed, scores, topics):
    """Listed stories with a score, and all topics, by falling score; int64 [entries].

    A story is its number, a topic -1 less its number. Ties: stories in their order, then topics
    in order of arrival.
    """
    order = np.empty(scores.size + topics.size, np.int64)
    stories = 0
    for story in range(scores.size):
        if not listed[story] or scores[story] <= 0.0:
            continue
        at = stories
        while at > 0 and scores[order[at - 1]] < scores[story]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = story
        stories += 1
    entries = stories + topics.size
    story, topic = stories - 1, topics.size - 1
    for place in range(entries - 1, -1, -1):
        if topic < 0:
            break
        if story >= 0 and scores[order[story]] < topics[topic].score:
            order[place] = order[story]
            story -= 1
        else:
            order[place] = -1 - topics[topic].number
            topic -= 1
    return order[:entries]
