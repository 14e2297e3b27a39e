"""What all tests share: the servers that a test may ask for, and what the measurement of coverage leaves out."""

import os

pytest_plugins = ["tests.servers.fixtures", "tests.measuring"]

if "PYTEST_XDIST_WORKER" in os.environ:
    # This worker is measured since it started; the programs that its tests start are not, with or without workers.
    os.environ.pop("COVERAGE_PROCESS_START", None)
