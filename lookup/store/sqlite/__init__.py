"""The embedded store: a directory of SQLite files, one per generation, and a pointer that names the one in use."""
