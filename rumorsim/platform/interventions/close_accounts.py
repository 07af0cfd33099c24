"""Account closure: the account is gone, and so is all it posted."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.platform.interventions.base import Intervention


class CloseAccounts(Intervention):
    """Close accounts: they read nothing, are seen nowhere and post no more.

    67,000 accounts were closed for good in the 74 days of the spring 2023 campaign of the
    Cyberspace Administration of China (its press statement of 22 May 2023).
    """

    target: ClassVar = "account"
    verb: ClassVar = "close"
    summary: ClassVar = "close accounts for good (or for a given time)"

    kind: Literal["close-accounts"] = Field("close-accounts", description="account closure")
