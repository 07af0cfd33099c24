"""The HTML page of results: one self-contained file."""
