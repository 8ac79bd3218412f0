"""The stalls of `make stalls` are there, in processes that tests start too; without a seed there are none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOP = """
import asyncio, time, uvloop, sqlalchemy.engine.default, aiohttp.web_app

async def turns():
    for _ in range(40):
        await asyncio.sleep(0)
    await asyncio.to_thread(len, "")

before = time.monotonic()
asyncio.run(turns())
print(asyncio.Handle._run.__name__ == "slowly" and time.monotonic() - before > 1)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "is_slow"), [("1", "True\n"), ("", "False\n")])
def test_event_loops_stall_where_a_seed_is_given(seed, is_slow):
    known = {"PYTHONPATH": str(Path(__file__).parent / "stalls"), "DESKBELL_STALLS_OFTEN": "1"}
    told = subprocess.run(
        [sys.executable, "-c", LOOP],
        env=os.environ | known | {"DESKBELL_STALLS": seed},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert is_slow == told.stdout
