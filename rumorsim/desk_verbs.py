"""The desk's verbs on accounts, posts and stories.

What each verb is aimed at, what lifts it and what makes it moot is in :mod:`rumorsim.verbs`;
how far each moves which levers in ``desk_force``; what all of them share in ``desk_doing``.
"""

from __future__ import annotations

from rumorsim.desk_doing import Doing
from rumorsim.desk_records import Case, Done

__all__ = ["Verbs"]


class Verbs(Doing):
    """What is done to accounts, posts and stories.

    Every verb takes its target by number, a ``reason``, and the ``case`` it settles, and
    returns what it did as a :class:`Done`. A verb whose target is gone, or bears as much
    already, does nothing and costs nothing: its :class:`Done` is ``moot``, and the stream
    says that a case was closed as moot.
    """

    # -- accounts -------------------------------------------------------------------

    def close(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Close an account: it reads nothing, is seen nowhere and posts no more."""
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
        """Cut the follows of all but a share ``keep`` in [0, 1] of the account's followers."""
        return self._do("remove-followers", account, {"keep": keep}, reason, case, quietly)

    def demonetise(
        self, account: int, *, keep: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Suspend what an account earns but a share ``keep`` in [0, 1]."""
        return self._do("demonetise", account, {"keep": keep}, reason, case)

    def discount_engagement(
        self, account: int, *, weight: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Let an account's posts weigh only ``weight`` in [0, 1] as much on surfaces."""
        return self._do("discount-engagement", account, {"weight": weight}, reason, case)

    def unmask(
        self, account: int, *, credence: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Say that an account is not who it says: its posts keep ``credence`` in [0, 1]."""
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
        """Ask an account for its credentials; until certified it keeps ``credence``, is silent."""
        settings = {"credence": credence, "silence": silence}
        return self._do("require-credentials", account, settings, reason, case)

    def warn(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Warn an account: a strike, and nothing else."""
        return self._do("warn", account, {}, reason, case)

    def fine(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Fine whoever is behind an account."""
        return self._do("fine", account, {}, reason, case)

    # -- posts ----------------------------------------------------------------------

    def delete(
        self, post: int, *, takes_shares: bool = True, reason: str = "", case: Case | None = None
    ) -> Done:
        """Delete a post; shares of a deleted original show nothing if it ``takes_shares``."""
        return self._do("delete", post, {"takes_shares": takes_shares}, reason, case)

    def hide(
        self, post: int, *, visibility: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Hide a post from all but a share ``visibility`` of readers."""
        return self._do("hide", post, {"visibility": visibility}, reason, case)

    def label(
        self, post: int, *, credence: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Put a warning on a post, and on all shares of an original: it keeps ``credence``."""
        return self._do("label", post, {"credence": credence}, reason, case)

    # -- stories --------------------------------------------------------------------

    def delist(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Keep a story off the trending list."""
        return self._do("delist", story, {}, reason, case)

    def limit_push(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Let no push notification carry a story."""
        return self._do("limit-push", story, {}, reason, case)

    def derank(
        self, story: int, *, keep: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Let a story keep only ``keep`` in [0, 1] of its score in recommendations."""
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
        """Slow a story: P(share) keeps ``flow`` in [0, 1]; unless ``amplified``, off surfaces."""
        return self._do("slow", story, {"flow": flow, "amplified": amplified}, reason, case)

    def ask_readers(
        self, story: int, *, factor: float, reason: str = "", case: Case | None = None
    ) -> Done:
        """Ask readers to report a story: P(report | read) becomes ``factor`` times as large.

        ValueError for a factor above 1 with late exposures, which leave out what might be reported.
        """
        if factor > 1.0 and self.world.rules.late:
            raise ValueError("with late exposures nothing can make reports more likely")
        return self._do("ask-readers", story, {"factor": factor}, reason, case)
