"""delay-map: harm averted by delay and coverage."""
