"""The `tastemaker` command as its users meet it: what it prints where, and how it fails."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests import world
from tests.agent.commanding import COMEDY, ROOT, apart, document, no_settings, refusal, run
from tools import movielens
from tools.home import Home, cache_dir
from tools.store import Store
from tools.toolbox import ENCODER

__all__ = ["no_settings"]


def test_nothing_heavy_is_imported_before_a_command_runs() -> None:
    heavy = {"numpy", "polars", "torch", "chromadb", "sqlalchemy", "langchain_core", "openai", "fastapi", "sklearn"}
    code = f"import sys, agent.cli; print({heavy!r} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ran.stdout.strip() == "set()"


def test_help_names_every_command() -> None:
    ran = apart("--help")
    assert ran.returncode == 0
    for name in ("demo", "ingest", "train", "recommend", "score", "tool", "ask", "chat", "models", "tokens"):
        assert f" {name} " in ran.stdout


def test_bad_usage_is_2_with_the_way_to_help(home: Home) -> None:
    for arguments in (
        ["nonsense"],
        ["recommend", "-k", "many"],
        ["ask", "--user", "a01"],
        ["chat", "--user", "a01", "-k", "0"],
    ):
        result = run(home, *arguments)
        assert result.exit_code == 2
        assert "--help" in result.stderr


def test_an_argument_that_is_no_text_is_bad_usage() -> None:
    ran = apart("recommend", "--user", b"\xff\xfe")
    assert ran.returncode == 2
    assert "not UTF-8" in ran.stderr
    assert "Traceback" not in ran.stderr


# Data in


def files(folder: Path) -> list[str]:
    """The world in the contract's data files, as `ingest` arguments."""
    items = [{**i.model_dump(exclude={"attributes"}, exclude_none=True), **i.attributes} for i in world.ITEMS]
    pl.DataFrame(items, infer_schema_length=None).write_parquet(folder / "items.parquet")
    users = [{"user_id": u.user_id, **u.attributes} for u in world.USERS]
    pl.DataFrame(users, infer_schema_length=None).write_parquet(folder / "users.parquet")
    events = [e.model_dump(exclude={"event_id", "context"}) for e in world.EVENTS]
    pl.DataFrame(events).write_parquet(folder / "events.parquet")
    return [part for name in ("items", "users", "events") for part in (f"--{name}", str(folder / f"{name}.parquet"))]


def test_ingest_counts_what_it_loads_and_remembers_the_domain(home: Home, tmp_path: Path) -> None:
    loaded = document(run(home, "ingest", "--domain", "movies", *files(tmp_path), "--json"))
    assert (loaded["items"], loaded["users"], loaded["events"]) == (40, len(world.USERS), len(world.EVENTS))
    assert loaded["rejects"] == []
    again = run(home, "ingest", *files(tmp_path))
    assert again.exit_code == 0
    assert f"0 events ({len(world.EVENTS)} more were here already)" in again.stdout


def test_a_bad_row_stops_ingest_and_is_named_or_is_skipped(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text("item_id,title\n1,Alien\n,Nameless\n2,Brazil\n")
    stopped = run(home, "ingest", "--domain", "movies", "--items", str(path))
    assert stopped.exit_code == 1
    assert all(word in stopped.stdout for word in (path.name, " 2 ", "item_id"))
    assert "nothing was loaded" in stopped.stderr
    told = run(home, "ingest", "--domain", "movies", "--items", str(path), "--json")
    answer = json.loads(told.stdout)
    assert told.exit_code == 1
    assert answer["error"]["code"] == "rejected_rows"
    assert [(r["row"], r["column"]) for r in answer["rejects"]] == [(2, "item_id")]
    assert answer["counts"]["items"] == 0
    assert not home.domain_file.exists()
    skipped = document(run(home, "ingest", "--domain", "movies", "--items", str(path), "--on-error", "skip", "--json"))
    assert (skipped["items"], len(skipped["rejects"])) == (2, 1)


def test_ingest_says_what_is_missing(home: Home, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.csv")
    assert gone in refusal(home, "ingest", "--domain", "movies", "--items", gone)["message"]
    assert "movies" in refusal(home, "ingest", "--domain", "operas", "--items", gone)["message"]
    assert "--domain" in run(home, "ingest", "--items", gone).stderr
    assert refusal(home, "ingest", "--domain", "gone.toml", "--items", gone)["message"].startswith("gone.toml: no such")
    assert refusal(home, "ingest", "--domain", "movies")["code"] == "invalid_value"


def test_the_demo_does_nothing_twice_and_mends_what_is_missing(
    home: Home, trained_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"  # training the other home has loaded the encoder
    (cache / "movielens").mkdir(parents=True)
    (cache / "weights").mkdir()
    (cache / "weights" / ENCODER).symlink_to(cache_dir() / "weights" / ENCODER)
    monkeypatch.setenv("TASTEMAKER_CACHE", str(cache))
    files(cache / "movielens")
    demo = movielens.DemoFiles(*(cache / "movielens" / f"{name}.parquet" for name in ("items", "users", "events")))
    manifest = {"version": movielens.VERSION, "sha256": movielens._hashes(demo)}
    (cache / "movielens" / "manifest.json").write_text(json.dumps(manifest))
    first = document(run(home, "demo", "--no-weights", "--json"))
    assert (first["ingested"], first["trained"], first["counts"]["items"]) == (True, True, 40)
    second = document(run(home, "demo", "--no-weights", "--json"))
    assert (second["ingested"], second["trained"]) == (False, False)
    store = Store.open(home.store_url)
    store.delete_item("s01")
    store.close()
    for name, value in (
        ("PIP_NO_INDEX", "1"),
        ("PIP_FIND_LINKS", str(tmp_path)),
        ("HF_ENDPOINT", "http://127.0.0.1:9"),
    ):
        monkeypatch.setenv(name, value)
    third = run(home, "demo", "--json")  # with a model, which cannot be had
    told = document(third)
    assert (told["ingested"], told["trained"], told["counts"]["items"]) == (True, True, 40)
    assert told["model"] is None
    assert "weights could not be had" in third.stderr


def test_the_demo_leaves_another_catalogue_alone(own_home: Home) -> None:
    before = own_home.domain_file.read_bytes()
    assert "--home" in refusal(own_home, "demo", "--no-weights")["message"]
    assert own_home.domain_file.read_bytes() == before


def test_train_swaps_a_bundle_in_beside_a_running_server(own_home: Home) -> None:
    before = own_home.current_bundle.resolve().name
    with own_home.owned("the server"):
        made = document(run(own_home, "train", "--only", "popularity", "--json"))
    assert made["bundle"] == own_home.current_bundle.resolve().name != before
    assert {"search", "profile", "neighbors", "content", "popularity", "cold", "ctr", "taste"} == set(made["metrics"])


def test_train_says_what_it_needs(home: Home, own_home: Home) -> None:
    assert refusal(home, "train")["code"] == "not_ready"
    assert "popularity" in refusal(own_home, "train", "--only", "magic")["message"]
    assert "yesterday" in refusal(own_home, "train", "--until", "yesterday")["message"]


# Without a model


def test_a_recommendation_shows_rank_title_score_and_reasons(trained_home: Home) -> None:
    result = run(trained_home, "recommend", "--user", "bridge", "--query", COMEDY, "-k", "3")
    assert result.exit_code == 0
    slate = document(run(trained_home, "recommend", "--user", "bridge", "--query", COMEDY, "-k", "3", "--json"))
    assert [item["rank"] for item in slate["items"]] == [1, 2, 3]
    for item in slate["items"]:
        assert item["attributes"]["year"] >= 1985
        assert item["title"] in result.stdout
        assert str(item["attributes"]["year"]) in result.stdout
    assert "you asked" in result.stdout


def test_a_shown_list_is_printed_as_people_write_it(own_home: Home) -> None:
    text = own_home.domain_file.read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("attributes"))
    own_home.domain_file.write_text(
        text.replace(line, re.sub(r'"shown" = \[', '"shown" = ["director", ', line)), "utf-8"
    )
    done = run(own_home, "recommend", "--user", "a01")
    assert "['" not in done.stdout
    assert "Ada Quill" in done.stdout


def test_reasons_come_in_the_language_of_the_query(trained_home: Home) -> None:
    assert "相" in run(trained_home, "recommend", "--user", "bridge", "--query", "科幻喜剧", "-k", "2").stdout


def test_filters_and_exclusions_hold(trained_home: Home) -> None:
    more = [
        "--filters",
        '{"year": {">=": 1990}, "tags": {"contains": "Comedy"}}',
        "--exclude",
        "s12",
        "--exclude",
        "s13",
    ]
    slate = document(run(trained_home, "recommend", "--user", "b01", *more, "--json"))
    assert slate["items"]
    assert all(item["attributes"]["year"] >= 1990 for item in slate["items"])
    assert not {"s12", "s13"} & {item["item_id"] for item in slate["items"]}


def test_a_stranger_gets_a_cold_start_slate_that_says_so(trained_home: Home) -> None:
    result = run(trained_home, "recommend", "--user", "stranger", "--query", "", "--json")
    assert document(result)["cold_start"] is True
    assert "Nothing is known of user 'stranger'" in result.stderr


def test_when_nothing_fits_the_table_gives_way_to_what_to_relax(trained_home: Home) -> None:
    result = run(trained_home, "recommend", "--user", "bridge", "--filters", '{"year": {">=": 2100}}')
    assert result.exit_code == 0
    assert "2100" in result.stdout


@pytest.mark.parametrize("k", ["0", "-1", "10000"])
def test_a_count_out_of_bounds_names_the_bounds(trained_home: Home, k: str) -> None:
    assert refusal(trained_home, "recommend", "--user", "a01", "-k", k)["message"].endswith("from 1 to 50")


def test_recommend_refuses_what_it_cannot_read(trained_home: Home) -> None:
    asked = ["recommend", "--user", "a01"]
    assert "yeer" in refusal(trained_home, *asked, "--filters", '{"yeer": {">=": 1}}')["message"]
    for text in ("{", "[1]", "null"):
        assert refusal(trained_home, *asked, "--filters", text, code=2)["code"] == "bad_usage"
    assert refusal(trained_home, "recommend", code=2)
    assert refusal(trained_home, *asked, "--users", "f", code=2)
    assert refusal(trained_home, "recommend", "--user", " ")["param"] == "user"


def test_json_nested_without_end_is_bad_usage(trained_home: Home) -> None:
    deep = '{"a":' * 3000 + "1" + "}" * 3000
    done = run(trained_home, "recommend", "--user", "a01", "--filters", deep)
    assert done.exit_code == 2
    assert "is not JSON" in done.output


def test_an_untrained_home_names_the_remedy(home: Home) -> None:
    for command in (
        ["recommend", "--user", "1"],
        ["ask", "hi", "--user", "1"],
        ["tool", "cf_neighbors", "--user", "1"],
    ):
        error = refusal(home, *command)
        assert error["code"] == "not_ready"
        assert "tastemaker ingest" in error["message"]
        assert str(home.root) in error["message"]


def test_a_mistyped_home_is_not_made(home: Home) -> None:
    gone = Home(home.root / "typo")
    for command in (["recommend", "--user", "1"], ["ask", "hi", "--user", "1", "--no-llm"], ["train"]):
        assert "no home" in refusal(gone, *command)["message"]
    assert not gone.root.exists()


def test_an_ingested_home_is_told_the_whole_command_to_train_it(home: Home, tmp_path: Path) -> None:
    assert run(home, "ingest", "--domain", "movies", *files(tmp_path)).exit_code == 0
    assert f"tastemaker train --home {home.root}" in refusal(home, "recommend", "--user", "1")["message"]


def test_a_home_in_use_is_refused_to_another_process(own_home: Home) -> None:
    with own_home.owned("the server"):
        ran = apart("recommend", "--user", "a01", "--home", str(own_home.root), "--json")
    assert ran.returncode == 1
    error = json.loads(ran.stdout)["error"]
    assert error["code"] == "home_in_use"
    assert f"the server (process {os.getpid()})" in error["message"]
    assert ran.stderr.strip() == f"Error: {error['message']}"


def test_batch_writes_one_line_per_user_in_order(trained_home: Home, tmp_path: Path) -> None:
    ids, out = ["bridge", "stranger", "a01", "bridge"], tmp_path / "slates.jsonl"
    (tmp_path / "ids.txt").write_text("\ufeff" + "\r\n".join(ids) + "\n\n", encoding="utf-8")
    arguments = ["recommend", "--users", str(tmp_path / "ids.txt"), "-k", "5", "--out", str(out)]
    told = document(run(trained_home, *arguments, "--json"))
    assert (told["users"], told["cold_start"]) == (4, 1)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["user_id"] for line in lines] == ids
    assert lines[0] == lines[3]
    for line in lines:
        assert set(line) == {"user_id", "items"}
        scores = [item["score"] for item in line["items"]]
        assert len(scores) == 5
        assert scores == sorted(scores, reverse=True)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["ids.txt", "slates.jsonl"]


def test_batch_that_fails_leaves_the_earlier_file(trained_home: Home, tmp_path: Path) -> None:
    ids, out = tmp_path / "ids.txt", tmp_path / "slates.jsonl"
    ids.write_text("a01\n")
    out.write_text("earlier")
    batch = ["recommend", "--users", str(ids), "--out", str(out)]
    assert "1 to 50" in refusal(trained_home, *batch, "-k", "0")["message"]
    ids.write_text("a01\na\u202e02\n", encoding="utf-8")
    assert "line 2" in refusal(trained_home, *batch)["message"]
    ids.write_text("\n")
    assert "no user ids" in refusal(trained_home, *batch)["message"]
    ids.unlink()
    assert str(ids) in refusal(trained_home, *batch)["message"]
    assert refusal(trained_home, *batch[:3], code=2)
    assert out.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["slates.jsonl"]


def test_scores_stand_beside_the_pairs_as_they_were_written(trained_home: Home, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(f"user_id,item_id,timestamp,note\na01,s01,,007\na01,p01,{world.START:.0f},x\nnew,nothing,,y\n")
    for name, read in (("out.csv", pl.read_csv), ("out.parquet", pl.read_parquet)):
        told = document(run(trained_home, "score", "--pairs", str(pairs), "--out", str(tmp_path / name), "--json"))
        assert (told["pairs"], told["unscored"]) == (3, 1)
        scored = read(tmp_path / name)
        assert scored.columns == ["user_id", "item_id", "timestamp", "note", "ctr"]
        assert scored["ctr"].is_null().to_list() == [False, False, True]
        assert scored["ctr"].drop_nulls().is_between(0, 1).all()
    assert "007" in (tmp_path / "out.csv").read_text()


def test_score_names_the_file_the_column_and_the_row_at_fault(trained_home: Home, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"

    def refused(out: str = "out.csv") -> str:
        return refusal(trained_home, "score", "--pairs", str(pairs), "--out", str(tmp_path / out))["message"]

    assert str(pairs) in refused()
    pairs.write_text("user_id,film\na01,s01\n")
    assert "item_id" in refused()
    pairs.write_text("user_id,item_id,timestamp\na01,s01,1\na01,s01,soon\n")
    assert "row 2" in refused()
    assert ".parquet" in refused("out.xlsx")
    assert "no folder" in refused("nowhere/out.csv")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["pairs.csv"]


def test_a_tool_shows_what_it_tells_the_model_and_what_it_found(trained_home: Home) -> None:
    arguments = ["tool", "vector_search", "--user", "bridge", "--args", '{"query": "silly robots on a spaceship"}']
    found = document(run(trained_home, *arguments, "--json"))
    assert found["name"] == "vector_search"
    scores = [item["score"] for item in found["candidates"]]
    assert len(scores) > 3
    assert scores == sorted(scores, reverse=True)
    shown = run(trained_home, *arguments)
    assert found["observation"] in shown.stdout
    assert found["candidates"][0]["title"] in shown.stdout


def test_every_tool_runs_for_anyone(trained_home: Home) -> None:
    for name in ("profile_lookup", "cf_neighbors", "ctr_score"):
        for user in ("bridge", "stranger"):
            assert document(run(trained_home, "tool", name, "--user", user, "--json"))["observation"]


def test_a_tool_call_that_cannot_be_made_is_refused(trained_home: Home) -> None:
    for_user = ["--user", "a01"]
    assert "cf_neighbors" in refusal(trained_home, "tool", "oracle", *for_user)["message"]
    wrong = refusal(
        trained_home, "tool", "vector_search", *for_user, "--args", '{"query": "x", "filters": {"yeer": {"==": 1}}}'
    )
    assert "yeer" in wrong["message"]
    assert refusal(trained_home, "tool", "cf_neighbors", *for_user, "--args", '{"user_id": "b01"}')
    assert refusal(trained_home, "tool", "cf_neighbors", *for_user, "--args", "{oops", code=2)


# Models and tokens


def test_models_are_listed_with_where_they_are(home: Home) -> None:
    listed = {model["name"]: model for model in document(run(home, "models", "list", "--json"))}
    assert {"qwen2.5-coder-0.5b", "all-minilm-l6-v2"} <= set(listed)
    assert Path(listed["all-minilm-l6-v2"]["path"]).is_dir()
    assert "Apache-2.0" in run(home, "models", "list").stdout


def test_pulling_a_model_verifies_it_and_an_unknown_one_names_those_there_are(home: Home) -> None:
    pulled = document(run(home, "models", "pull", "all-minilm-l6-v2", "--json"))
    assert (Path(pulled["path"]) / "config.json").is_file()
    assert "all-minilm-l6-v2" in refusal(home, "models", "pull", "gpt-9")["message"]


def test_a_token_is_shown_once_and_can_be_revoked(home: Home) -> None:
    made = document(run(home, "tokens", "add", "--user", "a01", "--json"))
    secret = run(home, "tokens", "add", "--service").stdout.strip()
    assert secret.startswith("tm-")
    with home.owned("the server"):  # which follows the tokens
        listed = run(home, "tokens", "list", "--json")
    assert [token["user_id"] for token in document(listed)] == ["a01", None]
    assert made["token"] not in listed.stdout
    assert document(run(home, "tokens", "revoke", made["token_id"], "--json")) == {"revoked": made["token_id"]}
    assert made["token_id"] in refusal(home, "tokens", "revoke", made["token_id"])["message"]
    assert refusal(home, "tokens", "add", code=2)
    assert refusal(home, "tokens", "add", "--service", "--user", "a01", code=2)
