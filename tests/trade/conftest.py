"""What tests of trade share."""

import pytest

from tests.trade_files import workspace


@pytest.fixture
def con():
    """An empty workspace in memory."""
    con = workspace()
    yield con
    con.close()
