"""How well the agent converses: suites of prompts, tasks with a scripted user, simulated users with a hidden target.

A user's side is anything with `say(heard)`; `converse` lets it talk to the agent and logs every turn; reports are made
from the log alone. docs/prompt-evaluation.md explains the figures.
"""
