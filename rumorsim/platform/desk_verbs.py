"""The desk's verbs on accounts, posts and stories.

:mod:`rumorsim.events.verbs` defines what each verb acts on, what lifts it and what makes it moot,
``desk_force`` which levers it moves and how far, ``desk_doing`` what all verbs share.
"""

from __future__ import annotations

from rumorsim.platform.desk_doing import Doing
from rumorsim.platform.desk_records import Case, Done


class Verbs(Doing):
    """The verbs that act on accounts, posts and stories.

    Every verb takes the number of its target, a ``reason`` and the ``case`` it settles, and
    returns what it did as a :class:`Done`. If the target is gone, or something at least as
    strong is in force on it, the verb does nothing and costs nothing: its :class:`Done` is
    ``moot``, and the stream records a case closed as moot.
    """

    # -- accounts -------------------------------------------------------------------

    def close(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Close an account: it no longer reads or posts, and nobody sees its posts."""
        done = self._do("close", account, {}, reason, case)
        if not (done.moot or done.again):
            self.engine.witness(account)
        return done

    def suspend(
        self, account: int, *, hide_posts: bool = False, reason: str = "", case: Case | None = None
    ) -> Done:
        """Bar an account from posting and reading until :meth:`undo`; hide its posts if asked."""
        return self._do("suspend", account, {"hide_posts": hide_posts}, reason, case)

    def remove_followers(
        self,
        account: int,
        *,
        keep: float = 0.0,
        reason: str = "",
        case: Case | None = None,
        quietly: bool = False,
    ) -> Done:
        """Remove all but a fraction ``keep`` in [0, 1] of an account's followers."""
        return self._do("remove-followers", account, {"keep": keep}, reason, case, quietly)

    def demonetise(
        self, account: int, *, keep: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Withhold an account's earnings, all but a fraction ``keep`` in [0, 1]."""
        return self._do("demonetise", account, {"keep": keep}, reason, case)

    def discount_engagement(
        self, account: int, *, weight: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Multiply what surfaces count for an account's posts by ``weight`` in [0, 1]."""
        return self._do("discount-engagement", account, {"weight": weight}, reason, case)

    def unmask(
        self, account: int, *, credence: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Expose an account as an impostor: its posts keep ``credence`` in [0, 1]."""
        return self._do("unmask", account, {"credence": credence}, reason, case)

    def require_credentials(
        self,
        account: int,
        *,
        credence: float = 1.0,
        silence: bool = True,
        reason: str = "",
        case: Case | None = None,
    ) -> Done:
        """Require credentials of an account; with ``silence`` it may not post until certified.

        Until then its posts keep ``credence`` in [0, 1].
        """
        settings = {"credence": credence, "silence": silence}
        return self._do("require-credentials", account, settings, reason, case)

    def warn(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Warn an account, which counts as a strike and has no other effect."""
        return self._do("warn", account, {}, reason, case)

    def fine(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Fine the person behind an account."""
        return self._do("fine", account, {}, reason, case)

    # -- posts ----------------------------------------------------------------------

    def delete(
        self, post: int, *, takes_shares: bool = True, reason: str = "", case: Case | None = None
    ) -> Done:
        """Delete a post; with ``takes_shares`` the shares of a deleted original show nothing."""
        return self._do("delete", post, {"takes_shares": takes_shares}, reason, case)

    def hide(
        self, post: int, *, visibility: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Hide a post from all but a fraction ``visibility`` in [0, 1] of readers."""
        return self._do("hide", post, {"visibility": visibility}, reason, case)

    def label(
        self, post: int, *, credence: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Label a post, and all shares of an original: it keeps ``credence`` in [0, 1]."""
        return self._do("label", post, {"credence": credence}, reason, case)

    # -- stories --------------------------------------------------------------------

    def delist(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Keep a story off the trending list."""
        return self._do("delist", story, {}, reason, case)

    def limit_push(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Stop push notifications of a story."""
        return self._do("limit-push", story, {}, reason, case)

    def derank(
        self, story: int, *, keep: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Multiply a story's score in recommendations by ``keep`` in [0, 1]."""
        return self._do("derank", story, {"keep": keep}, reason, case)

    def slow(
        self,
        story: int,
        *,
        flow: float,
        amplified: bool = True,
        reason: str = "",
        case: Case | None = None,
    ) -> Done:
        """Multiply P(share) of a story by ``flow`` in [0, 1]; off surfaces unless ``amplified``."""
        return self._do("slow", story, {"flow": flow, "amplified": amplified}, reason, case)

    def take_down_story(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Take a story down: no post of it is seen or shared, and no surface shows it."""
        return self._do("take-down-story", story, {}, reason, case)

    def ask_readers(
        self, story: int, *, factor: float, reason: str = "", case: Case | None = None
    ) -> Done:
        """Ask readers to report a story: P(report | read) is multiplied by ``factor``.

        ValueError for a factor above 1 with late exposures, which skip reads that might report.
        """
        if factor > 1.0 and self.world.rules.late:
            raise ValueError('reports cannot be made more likely where feed.exposures is "late"')
        return self._do("ask-readers", story, {"factor": factor}, reason, case)
