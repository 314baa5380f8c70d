"""P(click) of named items for one user, with the features that moved it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from agent.surfaces.auth import GuardedRoute, Known
from agent.surfaces.services import Given
from tools.ctr.scored import scored
from tools.store.records import Id
from tools.toolbox import Toolbox

router = APIRouter(prefix="/v1", tags=["recommendations"], route_class=GuardedRoute)
MAX_ITEMS = 1_000
EXAMPLE: dict[str, JsonValue] = {
    "user_id": "a01",
    "chance": True,
    "items": [
        {
            "item_id": "s02",
            "title": "The Clumsy Astronaut",
            "ctr": 0.71,
            "effects": [
                {"feature": "taste_match", "en": "taste match: Comedy", "zh": "口味匹配：喜剧", "effect": 0.82}
            ],
            "text": "estimated chance you like it: 71%, mostly because of taste match: Comedy",
            "text_zh": "预计你喜欢它的可能性为 71%，主要因为口味匹配：喜剧",
        }
    ],
}


class ScoreBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"example": {"user_id": "a01", "item_ids": ["s02"]}}
    )
    user_id: str | None = None
    item_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_ITEMS)]
    top: int = Field(default=3, ge=1, le=20, description="how many features to name for each item")


class FeatureEffect(BaseModel):
    """A group of features in words. `effect` in log-odds against an average user and item: above 0 it raises the
    chance.
    """

    feature: str
    en: str
    zh: str
    effect: float


class ScoredItem(BaseModel):
    item_id: str
    title: str
    ctr: float
    effects: list[FeatureEffect]
    text: str
    text_zh: str


class ScoreAnswer(BaseModel):
    """`chance` false: the site has no non-clicks, so `ctr` orders items and its height means nothing."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    user_id: str
    chance: bool
    items: list[ScoredItem]


@router.post(
    "/score",
    summary="The chance of a click on each item, and what moved it",
    description="An item that the catalogue does not hold is refused by name (404, `item_ids[n]`).",
)
async def post_score(body: ScoreBody, caller: Known, services: Given) -> ScoreAnswer:
    user = caller.acting_for(body.user_id, "user_id")
    box = await services.box()
    return await services.computed(_answer, box, user, body)


def _answer(box: Toolbox, user: str, body: ScoreBody) -> ScoreAnswer:
    items = [
        ScoredItem(
            item_id=one.item_id,
            title=one.title,
            ctr=one.chance,
            effects=[FeatureEffect(**e._asdict() | {"effect": round(e.effect, 4)}) for e in one.effects],
            text=one.evidence.text,
            text_zh=one.evidence.text_zh,
        )
        for one in scored(box, box.view(user), body.item_ids, body.top)
    ]
    return ScoreAnswer(user_id=user, chance=not box.ctr.against_samples, items=items)
