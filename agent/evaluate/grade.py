"""Whether a reply is what its case expects. Each expectation is a check with a name, passed or failed with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from agent.evaluate.log import Record
from agent.evaluate.operators import broken, holds
from agent.evaluate.plans import canonical, in_force
from agent.evaluate.suite import Case, Expect, matcher
from agent.evaluate.talk import Heard
from agent.evaluate.truth import Truth, check_tool

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_NAMED = re.compile(r"\*\*.*?\*\*|《[^》]*》|“[^”]*”|\"[^\"]*\"|「[^」]*」")
_ASKS = re.compile(r"[?？]\s*(?:$|\s)", re.MULTILINE)


@dataclass(frozen=True)
class Check:
    name: str
    passed: bool
    reason: str = ""


@dataclass(frozen=True)
class Scene:
    """One turn with what came before it."""

    expect: Expect
    heard: Heard
    earlier: Sequence[Heard]
    user: str
    truth: Truth

    @property
    def last_slate(self) -> list[dict[str, Any]]:
        """The newest one that was shown before this turn."""
        return next((heard.slate for heard in reversed(self.earlier) if heard.slate), [])


def grade(case: Case, talk: Sequence[Record], truth: Truth) -> Iterator[tuple[Record, list[Check]]]:
    """Each turn of a whole conversation with its checks; turns that an error cut off fail."""
    heard = [record.heard for record in talk]
    for n, record in enumerate(talk):
        scene = Scene(case.turns[n].expect, record.heard, heard[:n], record.user, truth)
        if record.heard.error:
            missing = len(case.turns) - n - 1
            also = f"; {missing} turns were not had" if missing else ""
            yield record, [Check("reply", False, record.heard.error + also)]
        else:
            yield record, list(checks(scene))


def checks(scene: Scene) -> Iterator[Check]:
    """Those that the case asks for."""
    for name, check in _CHECKS.items():
        wanted = getattr(scene.expect, name)
        if wanted is not None and (wanted != () or name == "tools"):
            reason = check(scene, wanted)
            yield Check(name, not reason, reason)


def check_suite(cases: Sequence[Case], truth: Truth) -> None:
    """Raises InvalidInput: a case names a tool or a field that is not there, which would fail for ever."""
    for case in cases:
        for n, turn in enumerate(case.turns):
            where, expect = f"case {case.id!r}: turns.{n}.expect", turn.expect
            plan = expect.plan
            for tool in (*(expect.tools or ()), *(plan.tools + plan.also if plan else ())):
                check_tool(where, tool)
            fields = (expect.slate_all, expect.versus, expect.constraints, plan and plan.filters)
            for field in (name for held in fields for name in held or ()):
                truth.check_field(where, field)


def _tools(scene: Scene, wanted: Sequence[str]) -> str:
    called = scene.heard.tools
    if not wanted:
        return f"called {', '.join(sorted(called))}" if called else ""
    missing = [tool for tool in wanted if tool not in called]
    return f"not called: {', '.join(missing)}" if missing else ""


def _slate_all(scene: Scene, wanted: Any) -> str:
    rows = map(_row, scene.heard.slate)  # what the reply says they are; grounding holds that against the catalogue
    return "; ".join(f"{row['title']}: {why}" for row in rows for why in broken(row, wanted))


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item.get("attributes", {}), "title": item["title"], "item_id": item["item_id"]}


def _min_items(scene: Scene, wanted: int) -> str:
    shown = len(scene.heard.slate)
    return f"{shown} items, at least {wanted} expected" if shown < wanted else ""


def _max_items(scene: Scene, wanted: int) -> str:
    shown = len(scene.heard.slate)
    return f"{shown} items, at most {wanted} expected" if shown > wanted else ""


def _unseen(scene: Scene, wanted: bool) -> str:
    known = [item["title"] for item in scene.heard.slate if item["item_id"] in scene.truth.seen(scene.user)]
    return f"seen before: {', '.join(known)}" if wanted and known else ""


def _abstain(scene: Scene, wanted: bool) -> str:
    abstained = scene.heard.abstained and not scene.heard.slate
    if abstained == wanted:
        return ""
    shown = ", ".join(item["title"] for item in scene.heard.slate)
    return f"did not abstain: {shown or 'no slate, and not marked so'}" if wanted else "abstained"


def _language(scene: Scene, wanted: str) -> str:
    if scene.heard.language != wanted:
        return f"the reply is marked {scene.heard.language}"
    written = written_in(scene.heard)
    return f"the text is written in {written}" if written not in (wanted, None) else ""


def written_in(heard: Heard) -> str | None:
    """The language of the words that are not names: titles, what is quoted and, among Chinese, words with a capital are
    left out. None for no words.
    """
    text = _NAMED.sub(" ", heard.text)
    for title in sorted({item["title"] for item in heard.slate}, key=len, reverse=True):
        text = text.replace(title, " ")
    words = _LATIN.findall(text)
    han, small = len(_HAN.findall(text)), sum(word[0].islower() for word in words)
    if not han + len(words):
        return None
    return "en" if han <= 0.1 * len(words) else "zh" if han >= 2 * small else "both"


def _mentions(scene: Scene, wanted: Sequence[str]) -> str:
    missing = [text for text in wanted if not matcher(text).search(scene.heard.text)]
    return f"not said: {', '.join(missing)}" if missing else ""


def _mentions_any(scene: Scene, wanted: Sequence[str]) -> str:
    return "" if any(matcher(text).search(scene.heard.text) for text in wanted) else f"none of {', '.join(wanted)}"


def _forbids(scene: Scene, wanted: Sequence[str]) -> str:
    found = [text for text in wanted if matcher(text).search(scene.heard.text)]
    return f"said: {', '.join(found)}" if found else ""


def _mentions_shown(scene: Scene, wanted: Sequence[int]) -> str:
    missing = [item["title"] for item in _at(scene, wanted) if letters(item["title"]) not in letters(scene.heard.text)]
    if len(scene.last_slate) < max(wanted):
        return f"the slate before had {len(scene.last_slate)} items"
    return f"not named: {', '.join(missing)}" if missing else ""


def _absent(scene: Scene, wanted: Sequence[int]) -> str:
    there = [item["title"] for item in _at(scene, wanted) if item["item_id"] in scene.heard.shown]
    return f"shown again: {', '.join(there)}" if there else ""


def _fresh(scene: Scene, wanted: bool) -> str:
    before = {item_id for heard in scene.earlier for item_id in heard.shown}
    there = [item["title"] for item in scene.heard.slate if item["item_id"] in before]
    return f"shown again: {', '.join(there)}" if wanted and there else ""


def _versus(scene: Scene, wanted: Mapping[str, Mapping[Any, int | str]]) -> str:
    """Beside an item of the last slate, or the median of all of them."""
    wrong = []
    for field, bounds in wanted.items():
        for operator, place in bounds.items():
            items = scene.last_slate if place == "shown" else _at(scene, [int(place)])
            values = [v for item in items if (v := item.get("attributes", {}).get(field)) is not None]
            if not values:
                return f"nothing shown before has {field!r} to compare with"
            bound = median(values)
            wrong += [
                f"{row['title']}: {field} {row.get(field)} is not {operator} {bound}"
                for row in map(_row, scene.heard.slate)
                if not holds(row.get(field), operator, bound)
            ]
    return "; ".join(wrong)


def _asks(scene: Scene, wanted: bool) -> str:
    asks = bool(_ASKS.search(scene.heard.text))
    return "" if asks == wanted else ("asks nothing" if wanted else "asks a question")


def _plan(scene: Scene, wanted: Any) -> str:
    called = scene.heard.tools
    missing, more = set(wanted.tools) - called, called - set(wanted.tools) - set(wanted.also)
    wrong = [f"not called: {tool}" for tool in sorted(missing)] + [f"called: {tool}" for tool in sorted(more)]
    filters = _differences(canonical(in_force(scene.heard)), canonical(wanted.filters), "filter")
    return "; ".join([*wrong, *([filters] if filters else [])])


def _act(scene: Scene, wanted: Sequence[str]) -> str:
    return "" if scene.heard.act in wanted else f"taken for {scene.heard.act}, not {' or '.join(wanted)}"


def _constraints(scene: Scene, wanted: Any) -> str:
    told: dict[str, dict[str, Any]] = {}
    for held in scene.heard.constraints:
        told.setdefault(held["field"], {})[held["operator"]] = held["value"]
    return _differences(canonical(told), canonical(wanted), "constraint")


def _differences(have: set[str], want: set[str], what: str) -> str:
    missing = [f"{what} missing: {part}" for part in sorted(want - have)]
    return "; ".join([*missing, *(f"{what} too many: {part}" for part in sorted(have - want))])


def _at(scene: Scene, ranks: Sequence[int]) -> list[dict[str, Any]]:
    return [scene.last_slate[rank - 1] for rank in ranks if rank <= len(scene.last_slate)]


def letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


_CHECKS: dict[str, Callable[[Scene, Any], str]] = {
    "tools": _tools,
    "slate_all": _slate_all,
    "min_items": _min_items,
    "max_items": _max_items,
    "unseen": _unseen,
    "abstain": _abstain,
    "language": _language,
    "mentions": _mentions,
    "forbids": _forbids,
    "plan": _plan,
    "mentions_any": _mentions_any,
    "mentions_shown": _mentions_shown,
    "absent": _absent,
    "fresh": _fresh,
    "versus": _versus,
    "asks": _asks,
    "act": _act,
    "constraints": _constraints,
}
