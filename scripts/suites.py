"""Write prompts/suites/movies.yaml: the grammar's templates filled from the MovieLens demo, the same for the same seed.

    python scripts/suites.py --home var               write
    python scripts/suites.py --home var --check       say which expectations of any suite the catalogue cannot meet

A filled case is kept only when its user could be shown such a slate (or, for those that must abstain, could not).
Users, like templates, belong to one split.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from suite_grammar import Template, templates

from agent.evaluate.grade import check_suite
from agent.evaluate.operators import satisfies
from agent.evaluate.suite import Case, load
from agent.evaluate.truth import Truth
from tools.home import Home

SUITES = Path(__file__).resolve().parent.parent / "prompts" / "suites"
SEED = 20261124
FILLS = 3  # cases of a template
TRIES = 400
HISTORY = range(20, 160)  # ratings of the users that are asked for: who has seen everything can be shown nothing
GENRES = {
    "Action": ("action", "动作"), "Adventure": ("adventure", "冒险"), "Animation": ("animated", "动画"),
    "Comedy": ("comedy", "喜剧"), "Crime": ("crime", "犯罪"), "Documentary": ("documentary", "纪录"),
    "Drama": ("drama", "剧情"), "Fantasy": ("fantasy", "奇幻"), "Horror": ("horror", "恐怖"),
    "Mystery": ("mystery", "悬疑"), "Romance": ("romance", "爱情"), "Sci-Fi": ("sci-fi", "科幻"),
    "Thriller": ("thriller", "惊悚"), "War": ("war", "战争"), "Western": ("western", "西部"),
}  # fmt: skip
LANGUAGES = {"French": "法语", "Italian": "意大利语", "Spanish": "西班牙语", "German": "德语", "Japanese": "日语"}
MOODS = {
    "slow and melancholic": "节奏慢、有点忧伤", "feel-good": "看完心情会变好", "mind-bending": "烧脑",
    "quiet and thoughtful": "安静耐人寻味", "full of suspense": "扣人心弦", "about growing up": "关于成长",
    "about a long journey": "关于漫长旅程", "set at sea": "发生在海上",
}  # fmt: skip
TALK = {
    "en": (
        "Hi there!",
        "Thanks, that helped a lot.",
        "How are you today?",
        "Good morning",
        "Bye, see you!",
        "Haha, nice.",
    ),
    "zh": ("你好呀！", "谢谢，很有帮助。", "你今天怎么样？", "早上好", "再见啦！", "哈哈，不错。"),
}
SCOPE = {
    "en": ("What is the weather in Paris tomorrow?", "Write me a Python function that sorts a list.",
           "What is 17 times 23?",
           "Who won the last football world cup?", "Book me a table for two tonight.", "How do I reset my router?"),
    "zh": ("明天北京天气怎么样？", "帮我写一个排序的Python函数。", "17乘以23等于多少？", "上届世界杯冠军是谁？",
           "帮我订一张去上海的高铁票。", "路由器怎么重置？"),
}  # fmt: skip
PLACE = re.compile(r"\{(\w+)\}")


class Drawing:
    """What the catalogue offers for the places, and who may be shown what."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        counts = truth.store.events().group_by("user_id").len().sort("user_id")
        fit = [user for user, n in counts.iter_rows() if n in HISTORY]
        rng = random.Random(SEED)  # noqa: S311
        rng.shuffle(fit)
        self.users = {"dev": sorted(fit[:60]), "test": sorted(fit[60:120])}
        self.directors, self.actors = self._people("director", 4), self._people("cast", 9)
        rated = truth.store.events()["item_id"].value_counts().sort(["count", "item_id"], descending=True)
        known = [truth.items[item_id] for item_id in rated["item_id"][:220]]
        self.titles = [
            t
            for t in known
            if t.get("director") and t.get("year") and len(t["title"].split()) >= 2 and ":" not in t["title"]
        ]

    def _people(self, field: str, least: int) -> list[str]:
        counts = np.asarray(self.truth.catalogue.matrix(field).sum(axis=0)).ravel()
        values = self.truth.catalogue.fields[field].values
        return [
            name for name, n in zip(values, counts, strict=True) if n >= least and name.isascii() and "." not in name
        ]

    def fill(self, template: Template, rng: random.Random) -> dict[str, Any] | None:
        """A case, or None when this draw has no such slate."""
        user = rng.choice(self.users[template.split])
        values, words = self._values(rng, template.language, template.split)
        turns = []
        for say, expected in template.turns:
            wanted = filled(expected, values) | {"language": template.language}
            if not self._can_be(user, wanted, len(template.turns)):
                return None
            turns.append({"say": spelled(PLACE.sub(lambda found: str(words[found[1]]), say)), "expect": wanted})
        if template.abstains and self.possible(user, abstained(values)):
            return None
        tags = [template.intent]
        return {
            "user": user,
            "language": template.language,
            "tags": tags,
            "split": template.split,
            "template": template.name,
            "turns": turns,
        }

    def _can_be(self, user: str, wanted: Mapping[str, Any], turns: int) -> bool:
        """Whether there are such items; in a conversation more of them, for "others" and "shorter"."""
        return "slate_all" not in wanted or len(self.possible(user, wanted["slate_all"])) >= (12 if turns > 1 else 1)

    def possible(self, user: str, where: Mapping[str, Any]) -> list[str]:
        seen = self.truth.seen(user)
        return [i for i, item in self.truth.items.items() if i not in seen and satisfies(item, where)]

    def _values(self, rng: random.Random, language: str, split: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the places stand for, and how they are said."""
        zh = language == "zh"
        g, h = rng.sample(list(GENRES), 2)
        decade, year = rng.choice((1950, 1960, 1970, 1980, 1990)), rng.randrange(1955, 1994)
        title, mood, spoken = rng.choice(self.titles), rng.choice(list(MOODS)), rng.choice(list(LANGUAGES))
        director = rng.choice(self.directors)
        half = slice(0, 3) if split == "dev" else slice(3, 6)
        values: dict[str, Any] = {
            "g": g, "h": h, "y": year, "z": year + rng.randrange(2, 5), "d": decade, "d9": decade + 9,
            "r": rng.choice((85, 90, 100, 110, 120)), "p": director, "a": rng.choice(self.actors), "l": spoken,
            "t": title["item_id"], "t_director": title["director"][0], "t_year": str(title["year"]),
        }  # fmt: skip
        words = values | {
            "g": GENRES[g][zh], "h": GENRES[h][zh], "d": f"{decade % 100}年代" if zh else f"{decade % 100}s",
            "l": LANGUAGES[spoken] if zh else spoken, "t": title["title"], "m": MOODS[mood] if zh else mood,
            "q": misspelt(director, rng), "s": rng.choice(TALK[language][half]), "o": rng.choice(SCOPE[language][half]),
            "u": rng.choice(self.users[split]),
        }  # fmt: skip
        return values, words


def abstained(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of the impossible asks for."""
    return {
        "tags": {"contains": values["g"]},
        "director": {"contains": values["p"]},
        "year": {"<": values["y"]},
    }


def misspelt(name: str, rng: random.Random) -> str:
    """Without one letter inside its last word."""
    first, last = name.rsplit(" ", 1)
    at = rng.randrange(1, len(last) - 1) if len(last) > 3 else 1
    return f"{first} {last[:at]}{last[at + 1 :]}"


def filled(node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        return {key: filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(value, values) for value in node]
    return values[node[1:]] if isinstance(node, str) and node.startswith("$") else node


def spelled(text: str) -> str:
    """With a capital at its start, and "an" before a vowel."""
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
    return text[:1].upper() + text[1:]


def write(truth: Truth) -> Path:
    drawing, cases = Drawing(truth), []
    for template in templates():
        rng = random.Random(f"{SEED} {template.name}")  # noqa: S311
        filled_in: dict[str, dict[str, Any]] = {}  # by what is said, so that none is said twice where it can differ
        for _ in range(TRIES):
            if len(filled_in) < FILLS and (case := drawing.fill(template, rng)):
                same = "".join(turn["say"] for turn in case["turns"]) if "{" in template.turns[0][0] else case["user"]
                filled_in.setdefault(same, case)
        cases += [{"id": f"{template.name}-{n}", **case} for n, case in enumerate(filled_in.values(), 1)]
        if len(filled_in) < FILLS:
            print(f"{template.name}: only {len(filled_in)}", file=sys.stderr)
    head = f"# Written by scripts/suites.py from scripts/suite_grammar.py with seed {SEED}; do not edit.\n"
    path = SUITES / "movies.yaml"
    body = yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)
    path.write_text(head + body, encoding="utf-8")
    return path


def check(truth: Truth) -> int:
    """Says what no slate can be, and which relevant items the user has seen."""
    wrong = 0
    for path in sorted(SUITES.glob("*.yaml")):
        cases = load(path)
        check_suite(cases, truth)
        for case in cases:
            for complaint in complaints(case, truth):
                print(f"{path.name}: {case.id}: {complaint}")
                wrong += 1
        print(f"{path.name}: {len(cases)} cases")
    return wrong


def complaints(case: Case, truth: Truth) -> list[str]:
    seen, out = truth.seen(case.user), []
    if not seen and "newcomer" not in case.tags:
        out.append(f"user {case.user} has no history")
    for n, turn in enumerate(case.turns):
        expect = turn.expect
        left = [i for i, item in truth.items.items() if i not in seen and satisfies(item, expect.slate_all or {})]
        if (expect.min_items or 0) > len(left):
            out.append(f"turn {n}: {len(left)} unseen items satisfy {expect.slate_all}")
        if missing := [i for i in expect.relevant if i in seen or i not in truth.items]:
            out.append(f"turn {n}: seen or unknown: {missing}")
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    truth = Truth.read(Home.at(options.home))
    if options.check:
        sys.exit(bool(check(truth)))
    print(write(truth))


if __name__ == "__main__":
    main()
