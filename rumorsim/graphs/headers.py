"""Whether the first line of a list of follows looks like names of columns rather than accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

#: Words that columns of edges are called by, in the files that programs and people publish.
_TEXT: Final = """
account accounts actor alter author authors child citing cited contact date destination dest
dst edge ego end endpoint followed followee followees follower followers following follows
friend friends from fromnode handle head id ids in incoming index influencer key label left
link login member name names neighbor neighbour nickname no node nodes num number object
origin out outgoing parent person pid receiver recipient retweeted retweeter right screen
screenname sender since source sources src start subject tail target targets tgt time
timestamp to tonode twitter type uid user userid username users value vertex vertices weight
weights who whom year
abonne abonné ami amie amigo arista benutzer cible de desde destino folger freund fuente
gefolgter hacia knoten nodo noeud nœud nombre nom origen para quelle seguido seguidor seguidores
siguiendo sommet suiveur suivi usuario utilisateur von zu ziel
用户 用户名 用户id 关注 关注者 被关注者 粉丝 博主 源 目标 起点 终点 节点 账号 昵称 编号 名称
"""
_WORDS: Final = frozenset(_TEXT.split())
#: Pairs of letters that stand for the two ends.
_LETTERS: Final = frozenset({("u", "v"), ("i", "j"), ("x", "y"), ("a", "b")})
_PARTS = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DIGITS = re.compile(r"\d+")


def names_a_column(word: str) -> bool:
    """Whether every part of ``word`` is one that columns are called by, as in "FromUserId"."""
    whole = word.strip().strip("#%\"'").strip()
    if whole.casefold() in _WORDS:
        return True
    for text in (whole, _CAMEL.sub(" ", whole)):
        parts = [part.casefold() for part in _PARTS.findall(text)]
        if parts and all(part in _WORDS for part in parts):
            return True
    return False


def looks_like_names(words: Sequence[str], others: Iterable[str]) -> bool:
    """Whether ``words`` look like the names of columns rather than two of the ``others``, the ids.

    They do where one is a word for a column, unless it has a number and another id is the same
    word with another one (user1, user2); where all the others hold a digit and these do not;
    and where they are a pair of letters such as u and v among longer ids. If one of the words is
    an id in other lines too, both must be words for columns; if both are, they are accounts.
    """
    rest = list(others)
    again = set(words).intersection(rest)
    if again:
        if again == set(words) or not all(map(names_a_column, words)):
            return False
        rest = [each for each in rest if each not in again]
    named = [word for word in words if names_a_column(word)]
    if not all(map(_DIGITS.search, named)):
        return True
    bare = {_DIGITS.sub("", word).casefold() for word in named}
    if named and not any(_DIGITS.sub("", each).casefold() in bare for each in rest):
        return True
    if rest and not any(map(_DIGITS.search, words)) and all(map(_DIGITS.search, rest)):
        return True
    pair = tuple(word.casefold() for word in words)
    return bool(rest) and pair in _LETTERS and all(len(each) > 1 for each in rest)
