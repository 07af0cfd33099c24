"""The platform: its desk, its surfaces, and the interventions that act through the desk."""
