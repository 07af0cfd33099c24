"""Cascades that were observed: files that people have, as our own stream of events."""
