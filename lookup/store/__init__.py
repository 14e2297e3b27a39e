"""Where published records are kept and asked for by key."""
