"""Find items by what their text means."""
