"""optimise: the policy that meets a target at the least cost."""
