"""Tune: train the encoder on the home's events, and keep it only where it is better than the base on dev.

Every epoch is drawn from the seed and its own number, so a run that was cut off and goes on ends as it would have.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from filelock import FileLock, Timeout

from tools import bundle
from tools.errors import HomeInUse
from tools.home import Home
from tools.search.encoder import Encoder
from tools.toolbox import ENCODER, encoder
from tools.tune import kept
from tools.tune.logs import Log, Where, open_log
from tools.tune.material import Material
from tools.tune.measure import Figures, figures
from tools.tune.network import WEIGHTS, Network
from tools.tune.settings import Settings
from tools.tune.unfinished import Epoch, State, Unfinished, place
from tools.weights import ensure, model, stamp

WARM_UP = 0.1  # share of all steps in which the learning rate rises
LIBRARIES = ("torch", "transformers", "sentence-transformers", "peft")
Report = dict[str, Any]
Told = Callable[[int, int, int, Mapping[str, float]], None]  # epoch, step, steps of it; losses, or at its end figures


def tune(
    home: Home, settings: Settings, log: Where = "tensorboard", resume: bool = False, told: Told | None = None
) -> Report:
    """Train, measure on dev after every epoch, stop when nothing gets better, and make the best the encoder of the next
    training if it beats the base. Gives the report, which also lies in the run's folder under `runs/`.

    Raises:
        BundleMissing, InvalidInput: nothing, or too little, to tune on; or nothing to resume.
        HomeInUse: another tuning works in this home.
        TastemakerError: a library that was asked for is not installed.
    """
    with alone(home):
        material = Material.read(home, settings.seed)
        of = {**settings.told(), "base": ENCODER, "data": material.fingerprint, "until": material.until or 0.0}
        network = Network(ensure(ENCODER), settings.method, settings.seed)
        old = Unfinished.load(home, of) if resume else None
        run = old.state.run if old else bundle.new_id()
        folder = home.root / "runs" / run
        steps = material.pairs.steps(settings.batch)
        writer = open_log(log, folder, of, len(old.state.history) * steps if old else 0)
        try:
            base = old.state.base if old else figures(material.dev, material.texts, encoder().encode)
            now = old or Unfinished(State(run=run, of=of, base=base), network.state(), {}, {})
            Training(home, settings, material, network, writer, now, told or _unheard).run()
        finally:
            writer.close()
        report = _concluded(home, settings, material, network, now)
        _write(folder / "report.json", report)
        place(home).unlink(missing_ok=True)
        return report


def plan(home: Home, settings: Settings) -> Report:
    """What `tune` would do, nothing done: sizes, and how many steps at most."""
    material = Material.read(home, settings.seed)
    steps = material.pairs.steps(settings.batch)
    return {"settings": settings.told(), "base": ENCODER, "data": material.told(), "steps": steps * settings.epochs}


@dataclass
class Training:
    """The epochs of one run. `now` is as of the last whole one."""

    home: Home
    settings: Settings
    material: Material
    network: Network
    log: Log
    now: Unfinished
    told: Told

    def run(self) -> None:
        state = self.now.state
        self.network.restore(self.now.now)
        self.network.remember(self.now.memory)
        if not state.history:
            self._tell(0, state.base.means())
        while len(state.history) < self.settings.epochs and not self._is_stuck():
            self._epoch(len(state.history) + 1)
            self.now.now, self.now.memory = self.network.state(), self.network.memory()
            self.now.save(self.home)

    def _is_stuck(self) -> bool:
        return len(self.now.state.history) - self.now.state.best_epoch >= self.settings.patience

    def _epoch(self, number: int) -> None:
        state, material, began = self.now.state, self.material, time.monotonic()
        self.network.begin(self.settings.seed, number)
        losses, steps = [], material.pairs.steps(self.settings.batch)
        batches = material.pairs.epoch(number, self.settings.batch, material.phrases, self.settings.seed)
        for step, batch in enumerate(batches, 1):
            at = (number - 1) * steps + step
            losses.append(self.network.step(material.texts, batch, self._rate(at)))
            self.log.scalars({f"train/{name}": value for name, value in losses[-1].items()}, at)
            self.told(number, step, steps, losses[-1])
        mean = {name: float(np.mean([one[name] for one in losses])) for name in ("loss_together", "loss_words")}
        found = figures(material.dev, material.texts, self.network.encode)
        state.history.append(Epoch(epoch=number, **found.means(), **mean, seconds=round(time.monotonic() - began, 1)))
        self._tell(number, found.means())
        best = (state.best or state.base).means()["together"]
        if found.keeps_words(state.base) and found.means()["together"] > best:
            state.best, state.best_epoch, self.now.best = found, number, self.network.state()

    def _tell(self, number: int, found: dict[str, float]) -> None:
        steps = self.material.pairs.steps(self.settings.batch)
        self.log.scalars({f"dev/{name}": value for name, value in found.items()}, number * steps)
        self.told(number, steps, steps, found)

    def _rate(self, step: int) -> float:
        """Rises over the first steps, then falls to 0 at the last."""
        total = self.settings.epochs * self.material.pairs.steps(self.settings.batch)
        warm = max(round(WARM_UP * total), 1)
        return self.settings.rate * min(step / warm, (total - step + 1) / max(total - warm + 1, 1))


def _concluded(home: Home, settings: Settings, material: Material, network: Network, now: Unfinished) -> Report:
    """The report; where the best epoch's encoder, as it would be served, beats the base on dev, it is made current."""
    base = {"dev": now.state.base, "test": figures(material.test, material.texts, encoder().encode)}
    report: Report = {
        "run": now.state.run,
        "settings": settings.told(),
        "base": ENCODER,
        "data": material.told(),
        "history": [epoch.model_dump() for epoch in now.state.history],
        "best_epoch": now.state.best_epoch,
        "kept": False,
        "encoder": kept.current(home) or ENCODER,
    }
    if now.state.best is None:
        return report | {part: {"base": found.means()} for part, found in base.items()}
    network.restore(now.best)
    with tempfile.TemporaryDirectory(dir=kept.encoders(home), prefix=".new-", ignore_cleanup_errors=True) as work:
        staged = Path(work) / "model"
        network.save(staged)
        served = Encoder.load(staged).encode
        tuned = {
            "dev": figures(material.dev, material.texts, served),
            "test": figures(material.test, material.texts, served),
        }
        parts = {part: _beside(base[part], tuned[part]) for part in base}
        if tuned["dev"].beats(base["dev"]):
            made = _made(settings, material, staged, parts)
            kept.publish(home, staged, made)
            report |= {"kept": True, "encoder": made.name}
    return report | parts


def _beside(base: Figures, tuned: Figures) -> dict[str, dict[str, float]]:
    more, error = tuned.gain(base)
    return {"base": base.means(), "tuned": tuned.means(), "gain": {"together": more, "together_se": error}}


def _made(
    settings: Settings, material: Material, staged: Path, parts: dict[str, dict[str, dict[str, float]]]
) -> kept.Tuned:
    weights, base = stamp.sha256(staged / WEIGHTS), ensure(ENCODER) / WEIGHTS
    return kept.Tuned(
        name=f"{ENCODER}{kept.MARK}{settings.method}-{weights[:10]}",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        base=ENCODER,
        base_sha256=stamp.sha256(base),
        revision=model(ENCODER).revision or None,
        settings=settings.told(),
        store_fingerprint=material.fingerprint,
        last_event=material.split.last_event,
        dev=parts["dev"],
        test=parts["test"],
        libraries={name: found for name in LIBRARIES if (found := _version(name))},
    )


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _write(path: Path, report: Report) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    aside.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    aside.replace(path)


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """One tuning in a home at a time; a server may run meanwhile."""
    kept.encoders(home).mkdir(exist_ok=True)
    lock = FileLock(kept.encoders(home) / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise HomeInUse(f"another `tastemaker tune` works in {home.root}: wait for it, or stop it") from None
    try:
        yield
    finally:
        lock.release()


def _unheard(epoch: int, step: int, of: int, values: Mapping[str, float]) -> None: ...
