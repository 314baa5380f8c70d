"""The made-up catalogues and their tasks: what a task says of its answers is so, and the same seed gives the same."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from agent.evaluate.operators import satisfies
from agent.evaluate.worlds.make import WORLDS, Material, make, write
from tools.domain import Domain
from tools.ingest import ingest
from tools.store import Store


@pytest.fixture(scope="module", params=sorted(WORLDS))
def material(request: pytest.FixtureRequest) -> Material:
    return make(WORLDS[request.param])


def test_a_seed_gives_the_same_world_and_another_seed_another(material: Material) -> None:
    again, other = make(material.world), make(material.world, seed=1)
    assert (again.items, again.events, again.tasks) == (material.items, material.events, material.tasks)
    assert other.items != material.items
    assert {task.answers for task in other.tasks} != {task.answers for task in material.tasks}


def test_there_are_enough_tasks_of_every_kind_in_both_languages(material: Material) -> None:
    tasks = material.tasks
    kinds = Counter((task.kind, task.language) for task in tasks)
    assert len(tasks) >= 60
    assert len({task.id for task in tasks}) == len(tasks)
    assert len(kinds) == 6
    assert min(kinds.values()) >= 6
    assert sum(bool(task.hidden) for task in tasks) >= 20
    assert sum(task.changes is not None for task in tasks) >= 5
    assert all(task.traps for task in tasks)


def test_the_answers_are_what_satisfies_everything_unseen_and_to_be_had(material: Material) -> None:
    users = {user["user_id"]: user for user in material.users}
    for task in material.tasks:
        seen = {event["item_id"] for event in material.events if event["user_id"] == task.user}
        fits = [item for item in material.items if all(satisfies(item, want.predicates) for want in task.wants)]
        good = {i["item_id"] for i in fits if i["item_id"] not in seen and material.available(i, users[task.user])}
        assert good == task.answers, task.id
        assert len(fits) - len(good) == task.traps
        assert bool(good) is (task.kind != "none")


def test_what_is_hidden_decides_and_every_requirement_leaves_something_out(material: Material) -> None:
    users = {user["user_id"]: user for user in material.users}
    for task in material.tasks:
        seen = {event["item_id"] for event in material.events if event["user_id"] == task.user}
        have = {i["item_id"] for i in material.items if material.available(i, users[task.user])} - seen
        told = have.intersection(*(material.fitting(w) for w in task.wants if w.trait not in task.hidden))
        assert not task.hidden or len(told) >= max(1, 3 * len(task.answers)), task.id
        for want in task.wants if task.answers else ():
            rest = have.intersection(*(material.fitting(other) for other in task.wants if other is not want))
            assert len(rest) > len(task.answers), task.id


def test_who_changes_their_mind_said_something_else_first(material: Material) -> None:
    for task in material.tasks:
        for want in task.wants:
            if want.trait == task.changes:
                assert want.looser
                assert want.looser.predicates != want.predicates
                assert want.trait not in task.hidden


def test_the_files_are_what_ingest_takes(material: Material, store: Store, tmp_path: Path) -> None:
    files = write(material, tmp_path)
    domain = Domain.load(files["domain"])
    report = ingest(store, domain, files["items"], files["users"], files["events"], "stop")
    assert not report.rejects
    assert store.item(material.items[0]["item_id"])


def test_the_domain_file_names_attributes_that_items_have_in_both_languages(material: Material, tmp_path: Path) -> None:
    names = Domain.load(write(material, tmp_path)["domain"]).names
    assert names == material.world.words
    assert bool(names) is (material.world.name == "events")
    assert names.keys() <= material.items[0].keys()
    assert all(set(words) == {"en", "zh"} for words in names.values())


def test_every_requirement_is_true_of_what_it_was_drawn_from_and_is_said_in_whole_sentences(material: Material) -> None:
    rng = random.Random(1)
    for item in material.items:
        for trait in material.world.traits:
            if want := trait.want(item, rng):
                assert satisfies(item, want.predicates), (item["item_id"], want.predicates)
                for said in want.sentences.values():
                    assert said
                    assert all(len(sentence) > 2 and "{" not in sentence for sentence in said)
                assert want.looser is None or material.fitting(want) <= material.fitting(want.looser)
