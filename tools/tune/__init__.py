"""Fine-tuning of the text encoder on the site's own events; docs/tuning.md says how, and what it brought."""
