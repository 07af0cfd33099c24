"""One simulation, and runs of a scenario from start to horizon."""
