"""Reports for people: figures, and one self-contained HTML page from a directory of results."""
