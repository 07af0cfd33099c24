"""The arrays of one run, built from a scenario, a follow graph and a seed."""
