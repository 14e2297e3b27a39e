"""The indexer: reads the registry extract, validates it, and publishes records into the store."""
