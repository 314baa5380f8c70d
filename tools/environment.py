"""Every environment variable that is read here; the text under each is its entry in docs/settings.md."""

from __future__ import annotations

HOME = "TASTEMAKER_HOME"
"""Folder of the store, the trained bundles and the vector index; `./var` when unset."""

LLM_URL = "TASTEMAKER_LLM_URL"
"""An OpenAI-compatible server to attach; when unset, vLLM is started as a child."""

LLM_MODEL = "TASTEMAKER_LLM_MODEL"
"""A name from `tastemaker models list`, a model folder, or the attached server's name for it; when unset, one that fits
the machine."""

LLM_API_KEY = "TASTEMAKER_LLM_API_KEY"
"""The attached server's API key, if it wants one. No option: everyone on a machine can read its command lines."""

SERVICE_TOKEN = "TASTEMAKER_SERVICE_TOKEN"  # noqa: S105 -- the name of the variable
"""A token that may act for any user, at least 16 characters; beside those of `tastemaker tokens add`."""

OPENWEBUI_SECRET = "TASTEMAKER_OPENWEBUI_JWT_SECRET"  # noqa: S105 -- the name of the variable
"""Open WebUI's `FORWARD_USER_INFO_HEADER_JWT_SECRET`: users that it signs are believed, and no unsigned ones."""

STORE_URL = "TASTEMAKER_STORE_URL"
"""PostgreSQL or another SQLite file, as SQLAlchemy writes URLs; `store.db` in the home when unset."""

CHROMA_URL = "TASTEMAKER_CHROMA_URL"
"""A Chroma server, `http://HOST:PORT`; when unset, Chroma is embedded in the home."""

CACHE = "TASTEMAKER_CACHE"
"""Where weights and demo data are kept, for all homes; `~/.cache/tastemaker` when unset."""

MODELS_DIR = "TASTEMAKER_MODELS_DIR"
"""Folder of model folders that you keep yourself, looked in before anything is downloaded."""

HUB = "HF_ENDPOINT"
"""Another address of the model hub, such as a mirror; the hub's own when unset."""
