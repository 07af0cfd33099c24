"""sweep: every setting of a study in the same worlds."""
