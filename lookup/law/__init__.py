"""The law as data and pure functions: facts in, assessment out. No clock, no store, no I/O after loading."""
