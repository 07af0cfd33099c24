"""compare: every policy in the same worlds."""
