"""Ranking: what the tools found becomes a slate, in code and never in a prompt."""
