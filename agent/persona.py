"""The persona: a user's profile in a few sentences, written by the model once and kept until the facts change.

The model gets only what is liked and what rose, one sentence each, and each sentence is held against its own facts, so
that a dislike cannot come out as a liking. What is avoided and what fell is said by code. Without an engine, or where
a sentence fails, code says it all, and the persona is marked `template`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

import orjson
from anyio import to_thread
from pydantic import BaseModel

import prompts
from agent.check import Checker, Grounds
from agent.language import detect
from agent.llm import LLM, Deadline, LLMUnavailable, salt_for
from agent.untrusted import sanitize
from agent.write import NAMES
from tools.domain import Domain, Language
from tools.profile.records import Profile
from tools.store import personas
from tools.toolbox import Toolbox

Group = Literal["likes", "lately", "less", "avoids"]
Facts = dict[Group, tuple[tuple[str, str], ...]]  # of each group (value as catalogued, its name in the language)
WRITTEN: tuple[Group, ...] = ("likes", "lately")  # by the model
LIKED, STRONG = 4, 0.3  # interests told, and the weight they need
AVERSE = -0.2
FEWEST = 5  # liked items below which there is nothing to tell
LENGTH: dict[Language, int] = {"en": 160, "zh": 60}  # characters of one sentence
_DENIALS: dict[Language, tuple[str, ...]] = {
    "en": (
        "not",
        "n't",
        "n’t",
        "never",
        "no longer",
        "avoid",
        "dislike",
        "hate",
        "less",
        "rarely",
        "except",
        "without",
    ),
    "zh": ("不", "没", "避", "讨厌", "少", "除"),
}
_SENTENCES: dict[Language, dict[Group, str]] = {
    "en": {
        "likes": "Enjoys {}.",
        "lately": "Lately more {} than before.",
        "less": "Less {} than before.",
        "avoids": "Tends to avoid {}.",
    },
    "zh": {"likes": "喜欢{}。", "lately": "近来更喜欢{}。", "less": "近来少了{}。", "avoids": "不太喜欢{}。"},
}


class Persona(BaseModel):
    """`source` tells whether the model wrote it (at least in part) or code did."""

    text: str
    language: Language
    source: Literal["model", "template"]


async def persona(
    llm: LLM | None, box: Toolbox, profile: Profile, language: Language, deadline: Deadline
) -> Persona | None:
    """Who the user is, in words. Kept words are given where they still hold; otherwise `llm` writes new ones, and
    without it, or when it fails, a template speaks. None where profiling is off or too little is known.
    """
    facts = gather(profile, box.domain, language)
    if not facts.get("likes"):
        return None
    key = _key(facts, language)
    kept = await to_thread.run_sync(personas.read, box.store, profile.user_id, language, key)
    if kept is not None:
        return Persona(text=kept, language=language, source="model")
    said = {} if llm is None else await _asked(llm, box, profile.user_id, facts, language, deadline)
    text = _joined({**{group: _template(group, facts, language) for group in facts}, **said}, language)
    if said:
        await to_thread.run_sync(personas.write, box.store, profile.user_id, language, key, text)
    return Persona(text=text, language=language, source="model" if said else "template")


def gather(profile: Profile, domain: Domain, language: Language) -> Facts:
    """What may be said, by group, groups with nothing left out. In a fixed order, so that weights that merely sway
    change no key.
    """
    if not profile.profiling or profile.statistics.liked < FEWEST:
        return {}
    held = profile.interests
    groups: dict[Group, list[Any]] = {
        "likes": [i for i in held.long if i.weight >= STRONG][:LIKED],
        "lately": held.rising[:2],
        "less": held.falling[:2],
        "avoids": [i for i in held.long[::-1] if i.weight <= AVERSE and i.disliked >= 2][:2],  # strongest last
    }
    named: Facts = {
        group: tuple(sorted((fact.value, _name(fact, domain, language)) for fact in found))
        for group, found in groups.items()
        if found
    }
    return named


def _name(fact: Any, domain: Domain, language: Language) -> str:
    decade = fact.value[:-1]
    if decade.isdecimal() and fact.value.endswith("0s"):
        return f"{decade}年代" if language == "zh" else f"the {fact.value}"
    return sanitize(domain.alias(fact.attribute, fact.value, language), 60)


def _key(facts: Facts, language: Language) -> str:
    """Names these facts as told by this prompt."""
    told = json.dumps([prompts.load("persona").label, language, facts], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


async def _asked(
    llm: LLM, box: Toolbox, user_id: str, facts: Facts, language: Language, deadline: Deadline
) -> dict[Group, str]:
    """The model's sentences that its facts bear out; none when the engine fails."""
    keys = [group for group in WRITTEN if group in facts]
    system = prompts.load("persona").render(items=box.domain.items.en, language=NAMES[language])
    told = "\n".join(f"{key}: {'; '.join(name for _, name in facts[key])}" for key in keys)
    messages = [{"role": "system", "content": system}, {"role": "user", "content": told}]
    schema = _schema(keys, language)
    try:
        answer = await llm.complete(
            messages, schema=schema, max_tokens=60 * len(keys), deadline=deadline, salt=salt_for(user_id)
        )
        written = orjson.loads(answer.text)
    except (LLMUnavailable, orjson.JSONDecodeError):
        return {}
    if not isinstance(written, dict):
        return {}
    checker = await to_thread.run_sync(Checker, box.catalogue, box.domain)
    held = {key: _held(checker, str(written.get(key) or ""), facts[key], language) for key in keys}
    return {key: sentence for key, sentence in held.items() if sentence}


def _held(checker: Checker, sentence: str, facts: tuple[tuple[str, str], ...], language: Language) -> str:
    """The sentence, or nothing: it must be in the language, name nothing beyond `facts`, and deny none of them."""
    sentence = sanitize(sentence, LENGTH[language] + 1)
    folded = sentence.casefold()
    if detect(sentence) != language or any(denial in folded for denial in _DENIALS[language]):
        return ""
    if not any(name.casefold().removeprefix("the ") in folded for _, name in facts):
        return ""
    values = frozenset(value.casefold() for value, _ in facts)
    names = tuple(part for fact in facts for part in fact)
    return checker.sentences(sentence, Grounds(names, values, frozenset({"profile"}))).text


def _template(group: Group, facts: Facts, language: Language) -> str:
    names = [name for _, name in facts[group]]
    joint, last = (", ", " and ") if language == "en" else ("、", "和")
    told = last.join(filter(None, [joint.join(names[:-1]), names[-1]]))
    return _SENTENCES[language][group].format(told)


def _joined(sentences: Mapping[Group, str], language: Language) -> str:
    order: tuple[Group, ...] = ("likes", "lately", "less", "avoids")
    return ("" if language == "zh" else " ").join(sentences[group] for group in order if group in sentences)


def _schema(keys: list[Group], language: Language) -> dict[str, Any]:
    text = {"type": "string", "minLength": 2, "maxLength": LENGTH[language]}
    return {
        "type": "object",
        "properties": dict.fromkeys(keys, text),
        "required": keys,
        "additionalProperties": False,
    }
