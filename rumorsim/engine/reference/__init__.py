"""The reference engine: the model in plain Python, the twin of the fast one."""
