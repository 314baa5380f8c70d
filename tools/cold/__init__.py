"""Cold start: what to show first to someone with few events, from attributes, first likes and stated words."""
