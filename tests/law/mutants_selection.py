"""A pytest plugin for mutation testing: collects each file once, however many of its tests are named.

The mutation tool names every test by its id, hundreds at a time, and pytest walks the file again for each of them:
seconds for every mutant. Here the ids become files, and what was not named is left out after the collection.
"""

import pytest

_NAMED = pytest.StashKey[dict[str, tuple[bool, int]]]()

_SHARPEST = "tests/law/test_told_in_full.py"
"""Goes first: one reading of the policy, compared whole, kills most mutants of the modules that read it."""


def pytest_configure(config: pytest.Config) -> None:
    """Remember the tests that were named, in their order, and collect whole files."""
    if config.args and all("::" in argument for argument in config.args):
        config.stash[_NAMED] = {
            argument: (not argument.startswith(_SHARPEST), place) for place, argument in enumerate(config.args)
        }
        config.args = list(dict.fromkeys(argument.partition("::")[0] for argument in config.args))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that were named, the sharpest first, then in the order in which they were: the quickest first."""
    named = config.stash.get(_NAMED, None)
    if named is not None:
        items[:] = sorted((item for item in items if item.nodeid in named), key=lambda item: named[item.nodeid])
