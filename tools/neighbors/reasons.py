"""Why the neighbours say an item: sentences in both languages, with figures counted from the history and the matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tools.bus import Evidence
from tools.domain import Words
from tools.neighbors.model import Folded, Method, NeighborModel

ENOUGH = 5  # users; below it a count of neighbours is neither telling nor anonymous


def history(folded: Folded, method: Method, titles: Sequence[str], liked: Words) -> Callable[[int], list[Evidence]]:
    """Reasons from the user's own history, by what `method` looked at."""

    def explain(item: int) -> list[Evidence]:
        reasons = []
        if method != "user":
            reasons += _goes_with(folded, item, titles, liked)
        if method != "item":
            reasons += _closest(folded, item, liked)
        return reasons

    return explain


def following(folded: Folded, titles: Sequence[str]) -> Callable[[int], list[Evidence]]:
    """That people go on to the item after one of the user's latest, where enough of them do."""

    def explain(item: int) -> list[Evidence]:
        before = folded.after(item)
        if before is None:
            return []
        both = folded.model.together(before, item)
        if both < ENOUGH:
            return []
        title = titles[before]
        text, text_zh = (
            f"people often go on to it after {title}, one of your latest",
            f"很多人在你最近的《{title}》之后会选它",
        )
        return [Evidence(kind="neighbors", text=text, text_zh=text_zh, because=[title])]

    return explain


def named(model: NeighborModel, other: int, titles: Sequence[str]) -> Callable[[int], list[Evidence]]:
    """Reasons from the one item that the user named: that the same users like both."""
    shared, title = model.shared(other), titles[other]

    def explain(item: int) -> list[Evidence]:
        both, of = int(shared[item]), int(shared[other])
        text, text_zh = f"goes with {title}, which you named", f"与你提到的《{title}》相配"
        if both < ENOUGH:
            return [Evidence(kind="neighbors", text=text, text_zh=text_zh, because=[title])] if both else []
        text += f" ({both} of the {of} users who liked that also liked this)"
        text_zh += f"（喜欢它的 {of} 位用户中有 {both} 位也喜欢这个）"
        return [Evidence(kind="neighbors", text=text, text_zh=text_zh, because=[title], support=both, of=of)]

    return explain


def _goes_with(folded: Folded, item: int, titles: Sequence[str], liked: Words) -> list[Evidence]:
    """One title: with two, a small model's sentence about them does not end in time."""
    because = folded.because(item)
    if because is None:
        return []
    title = titles[because]
    text, text_zh = f"goes with {title}, which you {liked.en}", f"与你{liked.zh}的《{title}》相配"
    return [Evidence(kind="neighbors", text=text, text_zh=text_zh, because=[title])]


def _closest(folded: Folded, item: int, liked: Words) -> list[Evidence]:
    support, of = folded.support(item)
    if support < ENOUGH:
        return []
    text = f"{liked.en} by {support} of the {of} users closest to you"
    text_zh = f"与你最接近的 {of} 位用户中有 {support} 位{liked.zh}"
    return [Evidence(kind="neighbors", text=text, text_zh=text_zh, support=support, of=of)]
