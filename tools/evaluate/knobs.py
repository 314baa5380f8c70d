"""What each knob of the slate's mix costs and gives: the same fitted tools, one knob of `[mix]` turned at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tools.domain import Mix
from tools.evaluate import metrics, product
from tools.evaluate.data import Dataset, Ids
from tools.evaluate.fairness import exposure
from tools.evaluate.progress import Bar
from tools.evaluate.ranking import Task, task
from tools.evaluate.report import Report
from tools.evaluate.splits import top_n
from tools.toolbox import Toolbox

K = 10
TURNED: dict[str, tuple[float, ...]] = {
    "long_tail": (0.0, 0.2, 0.4, 0.55, 0.7, 0.9),
    "calibration": (0.0, 0.2, 0.4, 0.6, 0.8),
    "exploration": (0.0, 0.1, 0.2, 0.3),
}
OFF = Mix(long_tail=0.0, calibration=0.0, exploration=0.0)


def report(data: Dataset, seed: int, limit: int | None, bar: Bar) -> Report:
    """Under the rule "seen": `off`, slates by relevance alone, `default`, the domain file's mix, and the `curves`: for
    each knob its points, the other knobs at the domain's. `lost` is the NDCG@10 that a point has less than `off`.
    """
    asked = task(data, top_n(data.log), "test", seen=True, limit=limit)
    with product.fitted(data, asked.known) as box:
        views, held = list(product.views(box, data, asked.known, asked.users)), data.domain.mix

        def shown(mix: Mix) -> Ids:
            return product.slates(_mixed(box, mix), views, K)[0]

        plain = metrics.per_user(shown(OFF), asked.truth)["ndcg@10"]
        curves = {}
        for knob, values in TURNED.items():
            bar.step(f"knob: {knob}")
            turned = ((value, shown(held.model_copy(update={knob: value}))) for value in values)
            curves[knob] = [{knob: value, **_figures(box, asked, slates, plain, seed)} for value, slates in turned]
        off, default = (_figures(box, asked, shown(mix), plain, seed) for mix in (OFF, held))
    return {"off": off, "default": {**held.model_dump(), **default}, "curves": curves}


def _mixed(box: Toolbox, mix: Mix) -> Toolbox:
    return replace(box, domain=box.domain.model_copy(update={"mix": mix}))


def _figures(box: Toolbox, asked: Task, slates: Ids, plain: metrics.PerUser, seed: int) -> Report:
    ndcg = metrics.per_user(slates, asked.truth)["ndcg@10"]
    new = np.isin(slates, box.content.new) & (slates >= 0)
    told = {"ndcg@10": float(ndcg.mean()), "lost": metrics.interval(plain - ndcg, seed), "new": float(new.mean())}
    return told | exposure(asked, slates)
