"""What the columns of a file of follows hold: "follower followee weight", and its relatives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rumorsim.common.errors import InputError, nearest, show_value

#: What to do where nobody says what the columns hold.
COLUMNS_ADVICE = (
    'say "follower followee" or "followee follower", as the columns are, or both_ways'
    " (--both-ways) if each line stands for two follows"
)
COLUMNS_HELP = (
    'what the columns hold, in order: "follower followee" or "followee follower", with'
    ' "weight" and "time" where they are and "_" for a column to skip; or by the names in the'
    ' header: "follower=NAME followee=NAME"; or both_ways = true if each line stands for two'
    " follows"
)
#: The rule for weights, and for graphs whose edges have no direction and what to do about it.
WEIGHT_RULE = "a weight must be a finite number of at least 0"
UNDIRECTED = "is undirected: it does not say who follows whom"
BOTH_WAYS_ADVICE = "say both_ways (--both-ways) if each edge stands for two follows"
#: The word for a column that is not read.
SKIPPED = "_"
#: The two ends of a follow.
ENDS = ("follower", "followee")
#: The two orders in which an edge can name its ends.
DIRECTIONS = ("follower followee", "followee follower")
#: The names of the two ends of an edge in formats of graphs.
EDGE_ENDS = ("source", "target")
_VALUES = ("weight", "time")
#: Words in a header that can only mean one end.
_SAID = {"follower": {"follower", "followers"}, "followee": {"followee", "followees", "followed"}}
_PARTS = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOST = 1000
_FORMS = (*DIRECTIONS, *(f"{each} weight" for each in DIRECTIONS))


@dataclass(frozen=True)
class Columns:
    """The columns a person named: by order, or by the names in the file's header."""

    #: What each column holds, in order: the two ends, perhaps "weight" and "time", "_".
    words: tuple[str, ...]
    #: The header's name for each, when columns are named; else empty.
    names: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The words of the columns that are read, in order."""
        return tuple(word for word in self.words if word != SKIPPED)

    @property
    def direction(self) -> str:
        """Which of the two ends comes first, as ``from_edges`` wants it."""
        return " ".join(word for word in self.words if word in ENDS)

    @property
    def weighted(self) -> bool:
        """Whether there is a column of weights."""
        return "weight" in self.words

    @property
    def timed(self) -> bool:
        """Whether there is a column that says when each follow began."""
        return "time" in self.words

    def __str__(self) -> str:
        if not self.names:
            return " ".join(self.words)
        quoted = (f'"{name}"' if re.search(r"\s", name) else name for name in self.names)
        return " ".join(map("=".join, zip(self.words, quoted, strict=True)))

    def edge_ends(self) -> tuple[str, str | None]:
        """In a format of graphs: what source -> target means, and the name of the weights.

        "follower followee" means that the source follows the target. By name, the two ends are
        called "source" and "target": "follower=target followee=source weight=w".
        """
        if not self.names:
            return self.direction, "weight" if self.weighted else None
        names = dict(zip(self.words, self.names, strict=True))
        for word in ENDS:
            if names[word] not in EDGE_ENDS:
                rule, advice = "there is no such end of an edge", nearest(names[word], EDGE_ENDS)
                value = show_value(names[word])
                raise InputError(f"{rule} in GraphML", "", "columns", value, advice)
        return DIRECTIONS[names["follower"] != EDGE_ENDS[0]], names.get("weight")

    def without(self, *words: str) -> str:
        """The columns in order without names and without ``words``, as people write them."""
        return " ".join(word for word in self.words if word not in words)

    def places(self, header: Sequence[str] | None, *, file: str) -> list[int]:
        """Where in a row each of ``wanted`` is found, given the file's header if it has one.

        Named columns are found by name; so are the words themselves where a header has
        them, after making sure that it has the two ends in the order given. InputError,
        naming ``file``, when it has the reverse, lacks a name or has one twice (where columns
        go by their order, any name).
        """
        found = [name.strip() for name in header or ()]
        if self.names:
            return [self._place(name, found, file) for name in self.names]
        lower = [name.lower() for name in found]
        twice = next((name for name in lower if name and lower.count(name) > 1), None)
        if twice is not None:
            rule, advice = "two columns have this name", "give each column its own"
            raise InputError(rule, file, "columns", show_value(twice), advice)
        self._agree(lower, file)
        if self.named_in(found):
            return [self._place(word, lower, file) for word in self.wanted]
        places = [i for i, word in enumerate(self.words) if word != SKIPPED]
        self._fit(found, places, file)
        return places

    def _fit(self, header: list[str], places: list[int], file: str) -> None:
        """InputError where a name in the header says otherwise than the word for its column."""
        read = [header[i] for i in places if i < len(header)]
        for word, name in zip(self.wanted, read, strict=False):
            end = _end_in(name)
            if end and word in ENDS and end != word:
                rule = f"the header calls the column of the {word} {show_value(name)}"
                advice = "give the order of the header, or change the header if it is wrong"
                raise InputError(rule, file, "columns", show_value(str(self)), advice)

    def _place(self, name: str, header: list[str], file: str) -> int:
        value = show_value(name)
        if name not in header:
            rule, advice = "there is no such column", nearest(name, header[:20])
            raise InputError(rule, file, "columns", value, advice)
        if header.count(name) > 1:
            rule, advice = "two columns have this name", "give each column its own"
            raise InputError(rule, file, "columns", value, advice)
        return header.index(name)

    def named_in(self, header: Sequence[str]) -> bool:
        """Whether columns go by the names in ``header``, so that others may stand among them."""
        lower = {name.strip().lower() for name in header}
        return bool(self.names) or (SKIPPED not in self.words and set(self.words) <= lower)

    def _agree(self, header: Sequence[str], file: str) -> None:
        ends = [word for word in header if word in ENDS]
        if sorted(ends) != sorted(ENDS):
            return
        placed = [header.index(word) for word in self.wanted if word in ENDS]
        by_order = [i for i, word in enumerate(self.words) if word in ENDS]
        if " ".join(ends) != self.direction or (SKIPPED in self.words and placed != by_order):
            rule = f'the header says "{" ".join(ends)}"'
            if " ".join(ends) == self.direction:
                rule = "the header has them at other places"
            advice = "give the order of the header, or change the header if it is wrong"
            raise InputError(rule, file, "columns", show_value(str(self)), advice)


def _end_in(name: str) -> str:
    """The end that a name such as "followee_id" or "FollowedUser" stands for, "" for others."""
    parts = {part.casefold() for part in _PARTS.findall(_CAMEL.sub(" ", name))}
    found = {end for end, said in _SAID.items() if parts & said}
    return found.pop() if len(found) == 1 else ""


def parse_columns(columns: str, *, key: str = "columns") -> Columns:
    """Read "follower followee [weight] [time] [_]" in any order, or "follower=NAME ..."."""
    if not isinstance(columns, str):
        advice = 'such as "follower followee"'
        raise InputError("must be text", "", key, show_value(columns), advice)
    pairs = [part.partition("=") for part in _parts(columns, key)]
    words = tuple(word for word, _, _ in pairs)
    if not _well_formed(words):
        rule = "must say which column holds the follower and which the followee"
        advice = nearest(columns, _FORMS)
        if set(ENDS) <= set(words):
            rule = "must name each column once"
            advice = f'the words are "follower", "followee", "weight", "time" and "{SKIPPED}"'
        raise InputError(rule, "", key, show_value(columns), advice)
    if not any(equals for _, equals, _ in pairs):
        return Columns(words)
    names = tuple(name for _, _, name in pairs)
    if not all(names) or len(set(names)) != len(names) or SKIPPED in words:
        rule = "every column needs its own name once one has it"
        advice = 'such as "follower=source followee=target"'
        raise InputError(rule, "", key, show_value(columns), advice)
    return Columns(words, names)


def _parts(columns: str, key: str) -> list[str]:
    if "=" not in columns:
        return columns.replace(",", " ").split()
    if columns.count('"') % 2:
        raise InputError("has quotes that do not match", "", key, show_value(columns))
    return [part.replace('"', "") for part in re.findall(r'(?:[^\s"]|"[^"]*")+', columns)]


def _well_formed(words: tuple[str, ...]) -> bool:
    known = [word for word in words if word != SKIPPED]
    distinct = len(set(known)) == len(known)
    return distinct and set(ENDS) <= set(known) <= {*ENDS, *_VALUES} and len(words) <= _MOST


def follower_first(direction: str, *, key: str = "direction") -> bool:
    """Whether ``direction`` names the follower before the followee.

    "follower followee" means that the first end follows the second (so posts travel
    from the second to the first); "followee follower" the reverse. Any other word is
    an InputError about ``key``.
    """
    if direction not in DIRECTIONS:
        rule, value = "must name the order of the two ends of an edge", show_value(direction)
        raise InputError(rule, key=key, value=value, advice=nearest(str(direction), DIRECTIONS))
    return direction == DIRECTIONS[0]


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
