"""The engines, which drive the clock: one compiled, one in plain Python, and their kernels."""
