"""Surfaces: where accounts find stories that nobody they follow has posted."""
