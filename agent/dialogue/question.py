"""What is worth asking: one short question at the end of a reply, when its answer would change the slate.

The best one splits what is still eligible most evenly (entropy); others are named beside it, because what people care
about is theirs to say. Never in two replies in a row, unless we are invited to ask or what was shown is refused, and
never again about what does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agent.dialogue import sayings
from agent.dialogue.answers import AGE, indifferent
from agent.dialogue.state import State
from agent.dialogue.topics import Topics, stem
from tools.catalogue import Catalogue, FieldSpec
from tools.domain import Domain, Language
from tools.rank.rules import age, barriers
from tools.toolbox import Toolbox
from tools.user import UserView

FEW = 1  # eligible items up to which nothing is asked
TOLD = 2  # constraints from which only what else matters is asked, and no longer which kind
TIMES = 2  # that one field is asked about: the second time where there is nothing new to ask, and it was not answered
NAMED, OFFERED = 4, 3  # fields and values in one question
CLEAR = 0.3  # bits from which an answer would change the slate
VOCABULARY = 60  # values from which a field is one of names rather than kinds
GATED = 0.2  # of what fits, from which the age is asked for

Mask = NDArray[np.bool_]


def after(box: Toolbox, topics: Topics, state: State, user: UserView, eligible: Mask) -> str:
    """The line to end a reply with; empty when there is nothing to ask. `eligible` (n_items,): what could be shown."""
    if ask := _age(box, state, user, eligible):
        return ask
    invited, language = bool(state.act.invites or state.act.refused), state.language
    fields = _fields(box.catalogue, box.domain, state, eligible, 0.0 if invited else CLEAR)
    if invited:
        return _invited(box.catalogue, topics, state, fields) if eligible.any() else ""
    if not fields or int(eligible.sum()) <= FEW:
        return ""
    if state.answering:
        new = state.own and not indifferent(state.words)
        return sayings.invitation(topics.names(_names(fields), language)[:NAMED], language) if new else ""
    fields = [spec for spec in fields if spec.name not in state.asked] or fields
    told = sum(len(bounds) for bounds in state.filters.values())
    best = _best_kind(box, fields, eligible, language) if told < TOLD else None
    named = topics.name(best[0].name, language) if best else ""
    others = [name for name in topics.names(_names(fields), language) if name != named][:NAMED]
    return sayings.question(named, best[1] if best else (), others, language)


def _invited(catalogue: Catalogue, topics: Topics, state: State, fields: Sequence[FieldSpec]) -> str:
    """Who wants to be asked, is asked about what was not talked of; then about what to leave out of lists."""
    language = state.language
    fresh = _names(spec for spec in fields if spec.name not in state.asked)
    if fresh:
        return sayings.question("", (), topics.names(fresh, language)[:NAMED], language)
    lists = [
        name
        for name, bounds in state.filters.items()
        if catalogue.fields[name].kind == "list"
        and not catalogue.fields[name].people
        and "not_contains" not in bounds
        and state.asked.get(name, 0) < TIMES
    ]
    if lists:
        return sayings.avoid(topics.names(lists, language), language)
    if fields:
        return sayings.question("", (), topics.names(_names(fields), language)[:NAMED], language)
    return sayings.ASKED_ALL[language] if state.act.invites else ""


def _names(fields: Iterable[FieldSpec]) -> list[str]:
    return [spec.name for spec in fields]


def _age(box: Toolbox, state: State, user: UserView, eligible: Mask) -> str:
    """Whether they are of age, where that is unknown and much of what fits depends on it."""
    gate = box.domain.policy.age_gate
    if age(user) or AGE in {*state.asked, *state.indifferent} or gate is None:
        return ""
    gated = barriers(box, user)["age"] & box.catalogue.mask(state.filters)
    if not gated.any() or gated.sum() < GATED * eligible.sum():
        return ""
    return sayings.AGE[state.language].format(years=float(np.nanmax(box.catalogue.numbers(gate)[gated])))


def _fields(catalogue: Catalogue, domain: Domain, state: State, eligible: Mask, least: float) -> list[FieldSpec]:
    """Those that could still split what is eligible into more than `least` bits, the best first."""
    policy = domain.policy
    spent = {name for name, times in state.asked.items() if times >= TIMES}
    known = {*state.filters, *spent, *state.indifferent, *policy.available_to}
    known |= {name for name in (policy.availability, policy.sponsored, policy.age_gate) if name}
    stems = {stem(name) for name in known if name in catalogue.fields}
    left = [spec for spec in catalogue.fields.values() if spec.name not in known and stem(spec.name) not in stems]
    bits = {spec.name: entropy(catalogue, spec, eligible) for spec in left}
    return sorted((spec for spec in left if bits[spec.name] > least), key=lambda spec: -bits[spec.name])


def entropy(catalogue: Catalogue, spec: FieldSpec, eligible: Mask) -> float:
    """Bits that an answer about the field tells of which item is meant, times the share of items that have it; little
    of names, which few people have in mind, and none of texts that hardly two items share.
    """
    if spec.kind in ("number", "date", "boolean"):
        values = catalogue.numbers(spec.name)[eligible]
        known = values[~np.isnan(values)]
        if not len(known):
            return 0.0
        edges = np.unique(np.quantile(known, (0.25, 0.5, 0.75)))
        counts = (
            np.bincount(np.digitize(known, edges, right=True))
            if spec.kind != "boolean"
            else np.bincount(known.astype(int))
        )
        return _bits(counts) * len(known) / len(values)
    matrix = catalogue.matrix(spec.name)[eligible]
    counts = np.asarray(matrix.sum(axis=0)).ravel()
    covered = float((np.asarray(matrix.sum(axis=1)).ravel() > 0).mean()) if matrix.shape[0] else 0.0
    if spec.people or len(spec.values) > VOCABULARY:
        return 0.5 * covered if spec.people or counts.max(initial=0) > 2 else 0.0
    return min(_bits(counts), 3.0) * covered


def _bits(counts: NDArray[Any]) -> float:
    shares = counts[counts > 0] / max(counts.sum(), 1)
    return float(-(shares * np.log2(shares)).sum())


def _best_kind(
    box: Toolbox, fields: Sequence[FieldSpec], eligible: Mask, language: Language
) -> tuple[FieldSpec, list[str]] | None:
    """The field of kinds that splits best, with its commonest values."""
    spec = next(
        (s for s in fields if s.kind in ("string", "list") and not s.people and len(s.values) <= VOCABULARY), None
    )
    if spec is None:
        return None
    counts = np.asarray(box.catalogue.matrix(spec.name)[eligible].sum(axis=0)).ravel()
    common = [spec.values[n] for n in np.argsort(-counts, kind="stable")[:OFFERED] if counts[n]]
    return spec, [sayings.value(spec.name, value, box.domain, language) for value in common]
