"""What is said of calls that no verb of the desk takes: by position, with unknown keywords."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rumorsim.common.errors import nearest, show_value


def explain_calls(kind: type) -> None:
    """Let a class's own verbs, which take a ``reason``, explain calls that do not fit them."""
    for name, each in list(vars(kind).items()):
        if inspect.isfunction(each) and "reason" in inspect.signature(each).parameters:
            setattr(kind, name, _explained(each))


def _explained(verb: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(verb)
    def called(*given: Any, **settings: Any) -> Any:
        try:
            return verb(*given, **settings)
        except TypeError:
            wrong = _wrong(verb, given[1:], settings)
            if wrong is None:
                raise
        raise TypeError(wrong)

    return called


def _wrong(
    verb: Callable[..., Any], given: Sequence[Any], settings: Mapping[str, Any]
) -> str | None:
    """Why a call does not fit a verb, without the desk itself; None if it does."""
    takes = inspect.signature(verb)
    takes = takes.replace(parameters=list(takes.parameters.values())[1:])
    try:
        takes.bind(*given, **settings)
    except TypeError as error:
        by_keyword = [p.name for p in takes.parameters.values() if p.kind is p.KEYWORD_ONLY]
        targets = [name for name in takes.parameters if name not in by_keyword]
        unknown = [name for name in settings if name not in takes.parameters]
        if len(given) > len(targets):
            extra = show_value(given[len(targets)])
            why = f"{extra} has no keyword; say which of {', '.join(by_keyword)} it is"
        elif unknown:
            advice = nearest(unknown[0], by_keyword)
            why = f"there is no keyword {show_value(unknown[0])}; {advice}"
        else:
            why = str(error)
        plain = takes.replace(
            parameters=[p.replace(annotation=p.empty) for p in takes.parameters.values()],
            return_annotation=inspect.Signature.empty,
        )
        return f"desk.{verb.__name__}{plain}: {why}"
    return None
