"""Dictionaries and lists that cannot be changed, for the fields of models."""

from __future__ import annotations

from typing import Any, NoReturn


class _Fixed:
    """What dictionaries and lists that cannot be changed have in common."""

    __slots__ = ()
    _refusal: str

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(self._refusal)

    __setitem__ = __delitem__ = __ior__ = __iadd__ = __imul__ = _refuse
    clear = pop = _refuse

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, _: Any) -> Any:
        return self


class _FixedDict(_Fixed, dict[Any, Any]):
    """A dictionary that equals the plain one and is written as it; ``copy()`` gives that one."""

    __slots__ = ("_refusal",)

    def __init__(self, values: dict[Any, Any], refusal: str) -> None:
        dict.__init__(self, values)
        self._refusal = refusal

    popitem = setdefault = update = _Fixed._refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return _FixedDict, (dict(self), self._refusal)


class _FixedList(_Fixed, list[Any]):
    """A list that equals the plain one and is written as it; ``copy()`` gives that one."""

    __slots__ = ("_refusal",)

    def __init__(self, values: list[Any], refusal: str) -> None:
        list.__init__(self, values)
        self._refusal = refusal

    append = extend = insert = remove = reverse = sort = _Fixed._refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return _FixedList, (list(self), self._refusal)


def fixed(value: Any, refusal: str) -> Any:
    """``value`` with fixed dictionaries and lists in it in the place of all others.

    Whoever tries to change one gets a TypeError that says ``refusal``.
    """
    if isinstance(value, dict):
        return _FixedDict({key: fixed(each, refusal) for key, each in value.items()}, refusal)
    if isinstance(value, list):
        return _FixedList([fixed(each, refusal) for each in value], refusal)
    if type(value) is tuple:
        return tuple(fixed(each, refusal) for each in value)
    return value
