"""The fixtures that the tests of the indexer share."""

from pathlib import Path

import pytest

from tests.indexer.extracts import SmallRegistry


@pytest.fixture
def registry(tmp_path: Path) -> SmallRegistry:
    return SmallRegistry(tmp_path)
