"""The only room with numba: tables, draws, agenda, feed. It knows numbers, not names.

``compiling.kernel`` is the one decorator for all of them: no fastmath, so that + - x / round
as IEEE 754 says and events are the same to the bit on every machine. Nothing is imported
here: reading a scenario needs the layout of records, and numba can wait.
"""
