"""What the process counts, for Prometheus; `/metrics` renders REGISTRY.

A registry of our own, so that importing this beside another library's metrics cannot clash.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

_SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 40, 80)

LLM_CALLS = Counter("tastemaker_llm_calls", "Engine calls that ended, by outcome", ["outcome"], registry=REGISTRY)
LLM_FAULTS = Counter("tastemaker_llm_faults", "Engine attempts that failed, by reason", ["reason"], registry=REGISTRY)
LLM_TOKENS = Counter("tastemaker_llm_tokens", "Tokens as the engine counted them", ["kind"], registry=REGISTRY)
LLM_FIRST_TOKEN = Histogram(
    "tastemaker_llm_first_token_seconds", "Time to the first token of a call", registry=REGISTRY, buckets=_SECONDS
)
LLM_SECONDS = Histogram(
    "tastemaker_llm_call_seconds", "Time to the last token of a call", registry=REGISTRY, buckets=_SECONDS
)
LLM_BREAKER = Gauge("tastemaker_llm_breaker_open", "1 while the circuit breaker keeps calls away", registry=REGISTRY)

TURN_SECONDS = Histogram(
    "tastemaker_turn_seconds", "A whole turn, by mode", ["mode"], registry=REGISTRY, buckets=_SECONDS
)
DEGRADED = Counter(
    "tastemaker_degraded_turns", "Turns that rules had to finish, by reason", ["reason"], registry=REGISTRY
)
PLANS = Counter("tastemaker_plans", "Plans by who made them", ["source"], registry=REGISTRY)
CUTS = Counter("tastemaker_check_cuts", "Sentences that the check cut", registry=REGISTRY)
