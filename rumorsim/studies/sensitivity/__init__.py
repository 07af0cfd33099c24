"""sensitivity: which parameters move an answer."""
