"""compare --tail: the chance that a rumor becomes huge, by splitting."""
