"""cf_neighbors: what goes with what this user liked, and what people like this user liked."""
