"""The commands of `tastemaker`, by what they work on. Heavy imports are made inside them: `--help` is instant."""
