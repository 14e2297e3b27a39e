"""What all tests share: the servers that a test may ask for."""

pytest_plugins = ["tests.servers.fixtures"]
