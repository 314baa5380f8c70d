"""Search by meaning: the encoder, the index in Chroma, and the tool."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests import world
from tools.bus import Bus
from tools.catalogue import Catalogue
from tools.context import Context
from tools.environment import CHROMA_URL
from tools.errors import CorruptData, InvalidInput, NotFound, TastemakerError
from tools.home import Home
from tools.registry import execute
from tools.search import chroma
from tools.search.encoder import Encoder
from tools.search.glossary import readable
from tools.search.model import SCAN, SearchIndex
from tools.store import Item

if TYPE_CHECKING:
    from tools.toolbox import Toolbox


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    from tools.toolbox import encoder

    return encoder()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.build(world.ITEMS, world.domain())


@pytest.fixture(scope="module")
def open_index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Callable[[SearchIndex], SearchIndex]:
    """Saves an index and loads it over a Chroma collection of its own."""
    client = chroma.connect(tmp_path_factory.mktemp("chroma"))

    def reopened(index: SearchIndex) -> SearchIndex:
        folder = tmp_path_factory.mktemp("index")
        index.save(folder)
        collection = chroma.open_collection(client, f"items-{folder.name}")
        return SearchIndex.load(folder, index.catalogue, encoder, collection)

    return reopened


@pytest.fixture(scope="module")
def index(catalogue: Catalogue, encoder: Encoder, open_index: Any) -> SearchIndex:
    return open_index(SearchIndex.fit(catalogue, encoder))


@pytest.fixture(scope="module")
def crowded(encoder: Encoder, open_index: Any) -> SearchIndex:
    """More items than are ever compared one by one without a filter."""
    return open_index(SearchIndex.fit(crowd(SCAN + 700), encoder))


def crowd(n: int) -> Catalogue:
    """Enough items that Chroma is asked."""
    things = ("lamp", "boat", "cheese", "violin", "tiger", "mountain", "train", "robot")
    items = [Item(item_id=f"x{i}", title=f"{things[i % 8].title()} number {i}", attributes={"n": i}) for i in range(n)]
    return Catalogue.build(items, world.domain())


def test_vectors_equal_those_of_sentence_transformers(encoder: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    from tools.toolbox import ENCODER
    from tools.weights import ensure

    texts = ["A light comedy in space.", "今晚想看一部轻松的科幻喜剧", "", "word " * 600, "Café déjà vu", "x"]
    theirs = SentenceTransformer(str(ensure(ENCODER)), device="cpu").encode(texts, normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode(texts), theirs, atol=1e-5)


def test_vectors_have_length_one_and_do_not_depend_on_their_neighbours(encoder: Encoder) -> None:
    texts = [f"film number {n} " * (n % 7 + 1) for n in range(70)]
    together = encoder.encode(texts)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(together[41], encoder.query(texts[41]), atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_a_folder_that_holds_no_encoder_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        Encoder.load(tmp_path / "nowhere")
    (tmp_path / "modules.json").write_text("{")
    with pytest.raises(CorruptData, match=str(tmp_path)):
        Encoder.load(tmp_path)


def test_words_find_what_they_mean(index: SearchIndex, catalogue: Catalogue) -> None:
    everything = np.ones(len(catalogue), bool)
    for words, tag in (("funny robots in space", "Sci-Fi"), ("cowboys", "Western"), ("ghosts", "Horror")):
        items, cosines = index.query(words, everything, 3)
        assert all(tag in catalogue.attributes(int(i))["tags"] for i in items)
        assert (np.diff(cosines) <= 0).all()


def test_only_eligible_items_are_found(index: SearchIndex, catalogue: Catalogue) -> None:
    eligible = catalogue.mask({"tags": {"contains": "Western"}})
    items, _ = index.query("a comedy in space", eligible, 10)
    assert sorted(items.tolist()) == np.flatnonzero(eligible).tolist()
    assert len(index.query("anything", np.zeros(len(catalogue), bool), 10)[0]) == 0


def test_what_is_like_an_item_leaves_it_out(index: SearchIndex, catalogue: Catalogue) -> None:
    item = catalogue.index("w1")
    items, _ = index.similar(item, np.ones(len(catalogue), bool), 2)
    assert {catalogue.ids[i] for i in items} == {"w2", "w3"}


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95, 1.0])
def test_whatever_share_is_allowed_the_nearest_are_those_of_comparing_all_vectors(share: float, crowded: Any) -> None:
    index, vector = crowded, crowded.encoder.query("an old wooden boat")
    n = len(index.catalogue)
    eligible = np.random.default_rng(0).random(n) < share
    items, cosines = index.query("an old wooden boat", eligible, 50)
    exact = np.sort(np.where(eligible, index.vectors @ vector, -1.0))[::-1][: min(50, eligible.sum())]
    np.testing.assert_allclose(cosines, exact, atol=1e-5)
    assert eligible[items].all()
    assert len(set(items.tolist())) == len(items) == len(exact)


def test_when_the_nearest_are_not_allowed_the_next_ones_are_found(crowded: Any) -> None:
    cosines = crowded.vectors @ crowded.encoder.query("an old wooden boat")
    order = np.argsort(-cosines, kind="stable")
    eligible = np.ones(len(order), bool)
    eligible[order[:500]] = False
    _, found = crowded.query("an old wooden boat", eligible, 100)
    np.testing.assert_allclose(found, cosines[order[500:600]], atol=1e-5)


def test_chroma_is_asked_where_most_items_are_allowed(crowded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = chroma.nearest

    def noted(collection: Any, vector: Any, n: int) -> list[str]:
        asked.append(n)
        return real(collection, vector, n)

    monkeypatch.setattr(chroma, "nearest", noted)
    eligible = np.ones(len(crowded.catalogue), bool)
    crowded.query("a tiger", eligible, 10)
    assert asked == [10]
    eligible[: len(eligible) // 4] = False
    crowded.query("a tiger", eligible, 10)
    assert len(asked) == 2
    assert 10 < asked[1] < 200
    eligible[: len(eligible) // 4 * 3] = False
    crowded.query("a tiger", eligible, 10)
    assert len(asked) == 2


def test_the_collection_is_a_real_one(index: SearchIndex) -> None:
    assert index.collection is not None
    found = index.collection.get(where={"$and": [{"year": {"$gte": 1990}}, {"tags": {"$contains": "Comedy"}}]})
    assert set(found["ids"]) == {"s10", "s11", "s12", "s13", "s14", "zh1", "hostile", "gone"}
    assert index.collection.count() == len(world.ITEMS)


def test_an_interrupted_fill_is_completed(
    tmp_path: Path, catalogue: Catalogue, encoder: Encoder, index: SearchIndex
) -> None:
    index.save(tmp_path / "index")
    collection = chroma.open_collection(chroma.connect(tmp_path / "chroma"), "items-half")
    collection.add(ids=list(catalogue.ids[:7]), embeddings=index.vectors[:7])
    SearchIndex.load(tmp_path / "index", catalogue, encoder, collection)
    assert set(collection.get()["ids"]) == set(catalogue.ids)


def test_vectors_are_taken_over_where_the_text_is_the_same(
    tmp_path: Path, index: SearchIndex, encoder: Encoder, catalogue: Catalogue
) -> None:
    index.save(tmp_path)
    items = [world.ITEMS[5].model_copy(update={"title": "Another Title"}), *world.ITEMS[:5]]
    refit = SearchIndex.fit(Catalogue.build(items, world.domain()), encoder, reuse=tmp_path)
    assert refit.metrics == {"items": 6, "embedded": 1}
    np.testing.assert_array_equal(refit.vectors[1:], index.vectors[:5])
    again = SearchIndex.fit(catalogue, encoder, reuse=tmp_path)
    assert again.metrics["embedded"] == 0
    np.testing.assert_array_equal(again.vectors, index.vectors)
    assert SearchIndex.fit(catalogue, encoder, reuse=tmp_path / "none").metrics["embedded"] == len(catalogue)


def test_progress_counts_every_new_text(encoder: Encoder) -> None:
    counted: list[int] = []
    SearchIndex.fit(crowd(70), encoder, progress=counted.append)
    assert sum(counted) == 70


def test_vectors_of_another_catalogue_are_refused(tmp_path: Path, index: SearchIndex, encoder: Encoder) -> None:
    index.save(tmp_path)
    assert index.collection is not None
    with pytest.raises(CorruptData, match=r"vectors\.npy"):
        SearchIndex.load(tmp_path, crowd(3), encoder, index.collection)
    (tmp_path / "vectors.npy").write_bytes(b"no")
    with pytest.raises(CorruptData, match=r"vectors\.npy.*train"):
        SearchIndex.load(tmp_path, index.catalogue, encoder, index.collection)


def test_a_chroma_server_that_is_not_there_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHROMA_URL, "localhost")
    with pytest.raises(InvalidInput, match="http://"):
        chroma.connect(home.chroma)
    monkeypatch.setenv(CHROMA_URL, "http://127.0.0.1:9")
    with pytest.raises(TastemakerError, match=r"127\.0\.0\.1:9.*start it"):
        chroma.connect(home.chroma)


def turn(box: Toolbox, user: str = "newcomer") -> Context:
    return Context(box=box, user=box.view(user), eligible=np.ones(len(box.catalogue), bool), bus=Bus())


def call(context: Context, **args: Any) -> Any:
    return execute([{"name": "vector_search", "args": args}], context)[0]


def test_the_tool_puts_what_it_found_on_the_bus(box: Toolbox) -> None:
    context = turn(box)
    result = call(context, query="funny robots", filters={"tags": {"contains": ["科幻"]}, "year": {">=": 1990}})
    found = {box.catalogue.ids[i] for i in context.bus.items()}
    assert result.error is None
    assert found == {"s10", "s11", "s12", "s13", "s14", "zh1", "hostile", "gone"}
    assert result.candidates == 8
    assert result.observation.startswith("8 films allowed. Closest: ")
    assert "(199" in result.observation
    assert len(result.observation) <= 400


def test_the_tool_respects_what_the_turn_allows(box: Toolbox) -> None:
    context = turn(box)
    context.eligible[:] = False
    context.eligible[[box.catalogue.index("w1"), box.catalogue.index("s01")]] = True
    call(context, query="cowboys")
    assert {box.catalogue.ids[i] for i in context.bus.items()} == {"w1", "s01"}


def test_evidence_says_how_close_and_which_values_were_asked_for(box: Toolbox) -> None:
    context = turn(box)
    call(context, query="funny robots on a spaceship", filters={"tags": {"contains": ["Comedy"]}})
    item = box.catalogue.index("s04")
    (reason,) = context.bus.evidence(item)
    held: Any = reason
    assert held.kind == "search"
    assert held.text == 'matches your words: "funny robots on a spaceship"; is Comedy, as you asked'
    assert held.text_zh == "与你说的“funny robots on a spaceship”相符，符合你要的喜剧"
    assert held.matched == ["Comedy"]
    exact = float(box.search.vectors[item] @ box.search.encoder.query("funny robots on a spaceship"))
    assert held.similarity == pytest.approx(exact, abs=1e-3)


def test_an_item_far_from_the_words_is_not_said_to_match_them(box: Toolbox) -> None:
    context = turn(box)
    call(context, query="cowboys in a dusty town")
    assert context.bus.evidence(box.catalogue.index("m1")) == []
    assert context.bus.evidence(box.catalogue.index("w1")) != []


def test_when_nothing_is_allowed_the_tool_says_what_to_relax(box: Toolbox) -> None:
    context = turn(box)
    result = call(context, query="singing", filters={"tags": {"contains": ["Western"]}, "cast": {"contains": ["X Y"]}})
    assert result.observation == (
        "No film satisfies all the filters. It would help dropping one of: cast contains X Y (3 left)."
    )
    assert context.bus.items().tolist() == []
    context.eligible[:] = False
    assert "is left for this user" in call(context, query="singing").observation


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ({}, "query"),
        ({"query": ""}, "query"),
        ({"query": "x" * 301}, "query"),
        ({"query": "x", "user_id": "a01"}, "user_id"),
        ({"query": "x", "filters": {"tags": {"contains": ["Comdy"]}}}, "near ones are Comedy"),
        ({"query": "x", "filters": {"nope": {"==": 1}}}, "no field 'nope'"),
        ({"query": "x", "filters": 3}, "must be an object"),
    ],
)
def test_bad_arguments_are_named(args: dict[str, Any], says: str, box: Toolbox) -> None:
    assert says in (call(turn(box), **args).error or "")


def test_words_of_control_characters_are_no_words(box: Toolbox) -> None:
    assert "nothing to search with" in call(turn(box), query="\u202e\u200b \0").observation


@pytest.mark.parametrize(
    ("words", "found"), [("西部片", {"w1", "w2", "w3"}), ("想看牛仔和警察的故事", {"w1", "w2", "w3"})]
)
def test_chinese_words_reach_an_english_encoder(words: str, found: set[str], box: Toolbox) -> None:
    context = turn(box)
    call(context, query=words)
    items = context.bus.items()
    top = items[np.argsort(-context.bus.scores("search", items))[:3]]
    assert {box.catalogue.ids[i] for i in top} == found


def test_words_that_the_encoder_cannot_read_find_nothing(box: Toolbox) -> None:
    context = turn(box)
    assert "nothing to search with" in call(context, query="随便来一个").observation
    assert context.bus.items().tolist() == []


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ("轻松的科幻片，和西部片", "light Sci-Fi Western"),
        ("感人的太空故事", "touching space story"),
        ("funny robots", "funny robots"),
        ("随便", ""),
    ],
)
def test_chinese_becomes_what_an_english_encoder_can_read(words: str, english: str) -> None:
    assert readable(words, world.domain()) == english


def test_the_encoder_knows_that_it_reads_no_chinese(encoder: Encoder) -> None:
    assert not encoder.reads_chinese


def test_an_index_survives_a_move(tmp_path: Path, index: SearchIndex, encoder: Encoder, catalogue: Catalogue) -> None:
    index.save(tmp_path / "a")
    shutil.move(tmp_path / "a", tmp_path / "b")
    collection = chroma.open_collection(chroma.connect(tmp_path / "chroma"), "items-moved")
    moved = SearchIndex.load(tmp_path / "b", catalogue, encoder, collection)
    everything = np.ones(len(catalogue), bool)
    assert moved.query("ghosts", everything, 5)[0].tolist() == index.query("ghosts", everything, 5)[0].tolist()


class Counted:
    """A network that says how often it ran, and fails the first time where it is told to."""

    dim = 2

    def __init__(self, fails: bool = False) -> None:
        self.vocabulary: dict[str, int] = {}
        self.ran: list[str] = []
        self.fails = fails

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.ran += texts
        if self.fails and len(self.ran) == 1:
            raise RuntimeError("no memory")
        return np.eye(2, dtype=np.float32)[[len(text) % 2 for text in texts]]


def test_words_that_many_ask_for_at_once_are_encoded_once() -> None:
    network = Counted()
    encoder = Encoder(network, "counted")
    encoder.start("slow noir")
    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(encoder.query, ["slow noir"] * 40))
    assert network.ran == ["slow noir"]
    assert all(vector.tolist() == [0.0, 1.0] for vector in vectors)


def test_words_that_could_not_be_encoded_are_tried_again() -> None:
    network = Counted(fails=True)
    encoder = Encoder(network, "counted")
    with pytest.raises(RuntimeError, match="no memory"):
        encoder.query("noir")
    assert encoder.query("noir").tolist() == [1.0, 0.0]
