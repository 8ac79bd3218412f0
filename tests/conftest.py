"""What every test may ask for by name: servers that really run, and mail that is shared.

The servers themselves are in `servers`; here they only get their lifetimes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import servers

# A busy machine is slow now and then; what must be fast has a test or a benchmark that says how fast.
settings.register_profile("deskbell", deadline=None)
settings.load_profile("deskbell")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL cluster for the whole run, one a worker; for `servers.fresh_database`."""
    with servers.postgres(fsync="off") as url:  # no test pulls the plug, and each has a database of its own
        yield url


@pytest.fixture(scope="session")
def deskbell_shared() -> Path:
    """The folder with shared mail; a test that needs it is skipped where it is not."""
    return servers.shared_folder() or pytest.skip(
        "no shared mail: set DESKBELL_SHARED, or put a folder `shared` beside the checkout"
    )
