"""The live catalogue: items put, shown and deleted one by one, in force for the very next request."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema

from agent.surfaces.auth import GuardedRoute, service_only
from agent.surfaces.described import ItemId
from agent.surfaces.services import Given, Services
from tools.errors import InvalidInput, NotFound
from tools.ingest.one import read_item
from tools.store import Item
from tools.store.text import checked_id

router = APIRouter(prefix="/v1", tags=["items"], route_class=GuardedRoute)
EXAMPLE: dict[str, JsonValue] = {
    "title": "The Clumsy Astronaut",
    "description": "A light comedy about a hapless crew.",
    "tags": ["Comedy", "Sci-Fi"],
    "published_at": "1982-05-01",
    "year": 1982,
    "director": ["Bruno Vale"],
}


def _listed(value: Any) -> Any:
    """As in a file: `a|b|c` is a list too, and null is none."""
    return value.split("|") if isinstance(value, str) else [] if value is None else value


def _written(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


_LISTS = WithJsonSchema(
    {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}, {"type": "null"}]}
)
_TIMES = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]})


class ItemBody(BaseModel):
    """An item: besides these, any attribute, of the type that the catalogue has under that name."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": EXAMPLE})
    title: str
    description: str | None = None
    tags: Annotated[list[str], BeforeValidator(_listed), _LISTS] = Field(default_factory=list)
    url: str | None = None
    image_url: str | None = None
    published_at: Annotated[str | None, BeforeValidator(_written), _TIMES] = Field(
        default=None, description="ISO 8601 or unix seconds"
    )
    __pydantic_extra__: dict[str, JsonValue]


class ShownItem(BaseModel):
    """An item as it is stored, its attributes beside its named fields."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": {"item_id": "s02", **EXAMPLE}})
    item_id: str
    title: str
    description: str | None = None
    tags: list[str] = Field(default_factory=list)
    url: str | None = None
    image_url: str | None = None
    published_at: str | None = None


def _spelled(item_id: str) -> str:
    try:
        return checked_id(item_id)
    except ValueError as error:
        raise InvalidInput(f"item_id: {error}", "item_id") from None


@router.put(
    "/items/{item_id:path}",
    summary="Add an item, or replace the one with this id",
    description="On disk and found by search when this is answered: 201 for a new item, 200 for one replaced. What "
    "people did with a replaced item stays with it. A wrong type is refused by name. Needs a service token.",
    dependencies=[Depends(service_only)],
    responses={201: {"model": ShownItem, "description": "The item is new"}},
)
async def put_item(item_id: ItemId, body: ItemBody, services: Given, response: Response) -> ShownItem:
    box = await services.box()
    item = read_item(item_id, body.model_dump(exclude_unset=True), box.catalogue)
    known = await to_thread.run_sync(box.store.item, item.item_id)
    await to_thread.run_sync(box.store.save_item, item)
    await _follow(services)
    response.status_code = 200 if known else 201
    return _shown(item)


@router.get("/items/{item_id:path}", summary="One item as it is stored")
async def get_item(item_id: ItemId, services: Given) -> ShownItem:
    box = await services.box()
    item = await to_thread.run_sync(box.store.item, _spelled(item_id))
    if item is None:
        raise NotFound(f"no item {item_id!r}", "item_id")
    return _shown(item)


@router.delete(
    "/items/{item_id:path}",
    status_code=204,
    summary="Delete an item",
    description="No slate, search or profile shows it from the next request on; what people did with it is kept, and "
    "counts again if it is put back. Needs a service token.",
    dependencies=[Depends(service_only)],
)
async def delete_item(item_id: ItemId, services: Given) -> Response:
    box = await services.box()
    await to_thread.run_sync(box.store.delete_item, _spelled(item_id))
    await _follow(services)
    return Response(status_code=204)


async def _follow(services: Services) -> None:
    await to_thread.run_sync(services.live.refresh)


def _shown(item: Item) -> ShownItem:
    named: dict[str, Any] = item.model_dump(exclude={"attributes"})
    return ShownItem(**item.attributes | named)
