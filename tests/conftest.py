"""What all tests share: the servers that a test may ask for, and what the measurement of coverage leaves out."""

pytest_plugins = ["tests.servers.fixtures", "tests.measuring"]
