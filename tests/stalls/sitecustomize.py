"""Random small stalls, as a busy machine has them, so that code and tests that race show it: `make stalls`.

Python imports a module of this name at its start when it finds one in PYTHONPATH, so every process that a
test starts has them too. DESKBELL_STALLS is their seed; without it nothing happens. What stalls is the
event loop, work that it gives to threads, what answers HTTP, and transactions. Modules are changed once
they are imported: to import them all at the start would cost each process a second.
"""

import importlib.abc
import importlib.machinery
import os
import random
import sys
import time

SEED = os.environ.get("DESKBELL_STALLS", "")
OFTEN = float(os.environ.get("DESKBELL_STALLS_OFTEN", "0.0008"))  # the share of an event loop's callbacks
DICE = random.Random(f"{SEED} {os.getpid()}")


def now_and_then(share, longest):
    """For how many seconds to stall this time: none as a rule."""
    return DICE.uniform(0, longest) if DICE.random() < share else 0.0


def stalling(function, share, longest):
    """The same function, with a stall before or after it now and then."""

    def slowly(*args, **named):
        time.sleep(now_and_then(share, longest))
        try:
            return function(*args, **named)
        finally:
            time.sleep(now_and_then(share, longest))

    return slowly


def slow_loop(events):
    events.Handle._run = stalling(events.Handle._run, OFTEN / 2, 0.25)


def slow_threads(base_events):
    loop = base_events.BaseEventLoop
    at_once = loop.run_in_executor

    def run_in_executor(self, executor, function, *args):
        return at_once(self, executor, stalling(function, 0.2, 0.15), *args)

    loop.run_in_executor = run_in_executor


def slow_answers(web_app):
    at_once = web_app.Application._handle

    async def handle(self, request):
        from asyncio import sleep

        await sleep(now_and_then(0.25, 0.2))
        answer = await at_once(self, request)
        await sleep(now_and_then(0.1, 0.2))
        return answer

    web_app.Application._handle = handle


def slow_transactions(default):
    for name in ("do_begin", "do_commit"):
        setattr(default.DefaultDialect, name, stalling(getattr(default.DefaultDialect, name), 0.06, 0.3))


def no_uvloop(uvloop):
    """Its callbacks are no Python that could be changed."""
    from asyncio import new_event_loop

    uvloop.new_event_loop = new_event_loop


CHANGES = {
    "asyncio.events": slow_loop,
    "asyncio.base_events": slow_threads,
    "aiohttp.web_app": slow_answers,
    "sqlalchemy.engine.default": slow_transactions,
    "uvloop": no_uvloop,
}


class AfterImport(importlib.abc.MetaPathFinder):
    """Changes each of these modules when it is imported."""

    def find_spec(self, fullname, path=None, target=None):
        change = CHANGES.get(fullname)
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target) if change else None
        if spec and spec.loader:
            execute = spec.loader.exec_module

            def changed(module):
                execute(module)
                change(module)

            spec.loader.exec_module = changed
        return spec


if SEED:
    sys.meta_path.insert(0, AfterImport())
