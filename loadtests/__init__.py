"""Load tests: what the service reaches, as ratios to baselines measured in the same run."""
