"""Categories of stories: what the desk can see of one, whatever its truth.

A category is a name. The listed ones are those that campaigns against self-media were aimed
at; names of one's own stay allowed, since other places and studies cut the world otherwise,
and nothing in the model depends on the words: interventions and receptivity only ask which
stories share one. What is refused is a name so close to a listed one that it must be a slip,
because it would quietly be a category apart that no intervention looks at.
"""

from __future__ import annotations

import difflib
from typing import Final

#: The listed categories and what belongs to them.
CATEGORIES: Final = {
    "fake-news": "made-up events in the form of news",
    "politically-sensitive": "reports and comments on politics that are not sanctioned",
    "history-and-heroes": "accounts of history and of heroes and martyrs that are not sanctioned",
    "disaster-and-health": "rumors in emergencies: epidemics, floods, accidents, food, medicine",
    "impersonated-announcement": "announcements in the name of army, authorities or news media",
    "professional-advice": "medical, legal, financial or school advice without qualification",
    "slander-of-a-company": "harm to the name of enterprises and entrepreneurs, often paid for",
    "pornography-and-spam": "content that platforms delete from any author",
    "ordinary-news": "everything else",
}
#: Names more alike than this are taken for a slip; 0.9 is one wrong letter in ten.
_ALIKE: Final = 0.88


def slip_of(name: str) -> str | None:
    """The listed category that ``name`` must have been meant to be; None if it stands."""
    if name in CATEGORIES:
        return None
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    close = difflib.get_close_matches(plain, CATEGORIES, n=1, cutoff=_ALIKE)
    return close[0] if close else None
