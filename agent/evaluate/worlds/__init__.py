"""Catalogues that nothing was tuned on, made from seeds: what their items are like, and how people speak of it."""
