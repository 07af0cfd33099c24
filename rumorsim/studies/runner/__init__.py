"""Many runs of a scenario: workers, the store of their records, clusters."""
