"""What a browser may say: one small frozen model for each message, all else is refused."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal, NoReturn

from pydantic import Field, TypeAdapter, ValidationError

from rumorsim.common.settings import Model
from rumorsim.web.limits import MESSAGE_BYTES, REPLICATES

_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Hours = Annotated[float, Field(ge=0, le=1e6)]


class Open(Model):
    """Show this scenario under this seed (the scenario's own if absent), from hour 0."""

    do: Literal["open"]
    scenario: _Name
    seed: int | None = Field(None, ge=0, lt=2**53)


class Play(Model):
    """Let time pass."""

    do: Literal["play"]


class Pause(Model):
    """Let time stand."""

    do: Literal["pause"]


class Speed(Model):
    """Hours of the worlds for each second on the wall."""

    do: Literal["speed"]
    hours: float = Field(ge=0.001, le=1000)


class Step(Model):
    """Go on by this many hours, at once."""

    do: Literal["step"]
    hours: float = Field(gt=0, le=1000)


class Rewind(Model):
    """Back (or on) to this hour: both worlds are run again from their seed."""

    do: Literal["rewind"]
    to: _Hours


class Look(Model):
    """Show both worlds as they were at this hour; absent: as they are now."""

    do: Literal["look"]
    at: _Hours | None = None


class Act(Model):
    """A click in the right-hand world: done now, and written into the policy.

    To delete, ``post`` is one post; with ``account`` instead, its newest ones.
    """

    do: Literal["act"]
    verb: Literal["close", "suspend", "remove-followers", "delete", "filter", "correct"]
    account: int | None = Field(None, ge=0, lt=2**31)
    post: int | None = Field(None, ge=0, lt=2**31)
    story: int | None = Field(None, ge=0, lt=2**31)


class Hang(Model):
    """What hangs on an account at the hour that is shown, on the left (0) or the right (1)."""

    do: Literal["hang"]
    world: Literal[0, 1]
    account: int = Field(ge=0, lt=2**31)


class Add(Model):
    """An intervention from the catalogue, as a scenario file would have it."""

    do: Literal["add"]
    intervention: dict[str, Any]


class Drop(Model):
    """Take one entry of the policy out again."""

    do: Literal["drop"]
    entry: int = Field(ge=0, lt=10_000)


class Policy(Model):
    """Begin the right-hand world's policy anew with one of the scenario."""

    do: Literal["policy"]
    name: _Name


class Settings(Model):
    """The sliders; absent: as the scenario has it."""

    do: Literal["settings"]
    appeal: float | None = Field(None, ge=0, le=10)
    attention: int | None = Field(None, ge=1, le=1000)
    reaction: float | None = Field(None, ge=0, le=1000)
    accuracy: float | None = Field(None, ge=0, le=1)


class Undo(Model):
    """Take back the last change of the policy or the sliders."""

    do: Literal["undo"]


class Replicate(Model):
    """Run both worlds under so many other seeds, and tell what came of each."""

    do: Literal["replicate"]
    count: int = Field(ge=2, le=REPLICATES)


class Stop(Model):
    """Run no further seeds."""

    do: Literal["stop"]


class Ack(Model):
    """Confirmation that the page has drawn a frame."""

    do: Literal["ack"]
    frame: int = Field(ge=0, lt=2**32)


Message = (
    Open
    | Play
    | Pause
    | Speed
    | Step
    | Rewind
    | Look
    | Act
    | Hang
    | Add
    | Drop
    | Policy
    | Settings
    | Undo
    | Replicate
    | Stop
    | Ack
)

_ANY: Final[TypeAdapter[Message]] = TypeAdapter(Annotated[Message, Field(discriminator="do")])


class BadMessage(ValueError):
    """A message that cannot be understood, and why, in one short line."""


def read_message(text: str) -> Message:
    """The message in ``text``. BadMessage for whatever is not one."""
    if len(text) > MESSAGE_BYTES:
        raise BadMessage("too long")
    try:
        values = json.loads(text, parse_constant=_refuse)
        return _ANY.validate_python(values)
    except RecursionError:
        raise BadMessage("nested too deeply") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part)[:40] for part in first["loc"][:6])
        raise BadMessage(f"{where}: {first['msg']}"[:300]) from None
    except ValueError:
        raise BadMessage("is not JSON") from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)
