"""Look for bytes that break the reader of mail or the SMTP session: `make fuzz`, or

    python tests/fuzz/run.py [SECONDS]              half of them for each of the two
    python tests/fuzz/run.py --again reading FILE…   once more with what was found

atheris steers by what the code does with its input, and keeps what led somewhere new in
`build/fuzz` for the next time. Where it is not installed, hypothesis makes mails and sessions as
long. What is found is written there too; as a file in tests/fuzz/found it is a test for ever.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(TESTS)  # what is imported below stands there, not here
WORK = TESTS.parent / "build" / "fuzz"
WATCHED = ["bots.smtp", "intake", "aiosmtpd", "mailparser", "flufl", "email"]
LIMITS = ["-max_len=16384", "-timeout=20", "-rss_limit_mb=3000", "-print_final_stats=1"]
TARGETS = ("reading", "talking")
ROUND = 200  # examples of hypothesis between two looks at the clock


def main(arguments: list[str]) -> int:
    match arguments:
        case ["--again", target, *files]:
            again(target, files)
        case ["--steered", target, seconds]:
            steered(target, int(seconds))
        case ["--drawn", target, seconds]:
            drawn(target, int(seconds))
        case _:
            return all_of_them(int(arguments[0]) if arguments else 60)
    return 0


def all_of_them(seconds: int) -> int:
    """Each target in a process of its own, one after the other; 1 when something was found."""
    way = "--steered" if find_spec("atheris") else "--drawn"
    if way == "--drawn":
        print("atheris is not installed here: hypothesis draws mails and sessions instead", flush=True)
    share = str(max(1, seconds // len(TARGETS)))
    codes = [
        subprocess.run([sys.executable, __file__, way, target, share], check=False).returncode
        for target in TARGETS
    ]
    print("nothing was found" if not any(codes) else f"something was found: see above and {WORK}")
    return int(any(codes))


def again(target: str, files: list[str]) -> None:
    for file in files:
        target_of(target)(Path(file).read_bytes())
        print(f"{file}: nothing wrong")


def target_of(name: str) -> Callable[[bytes], Any]:
    if name == "talking":
        from fuzz.talking import talk

        return talk
    from fuzz.reading import read

    return read


def steered(name: str, seconds: int) -> None:
    """Let atheris look; it ends the process."""
    import atheris

    with atheris.instrument_imports(include=WATCHED):
        target = target_of(name)
    corpus, found = WORK / name / "corpus", WORK / name
    corpus.mkdir(parents=True, exist_ok=True)
    sow(name, corpus)
    words = TESTS / "fuzz" / f"{name}.dict"
    options = [*LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={found}/", f"-dict={words}"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: target(data) and None)
    atheris.Fuzz()


def sow(name: str, corpus: Path) -> None:
    """What to begin with: mails and sessions as they should be, and what once was wrong."""
    import servers

    seeds = [*(TESTS / "fuzz" / "found" / name).iterdir()]
    if name == "reading":
        shared = servers.shared_folder()
        seeds += [*(TESTS / "mail").glob("*.eml"), *(shared.glob("mail/*/*.eml") if shared else ())]
    for path in seeds:
        shutil.copy(path, corpus)


def drawn(name: str, seconds: int) -> None:
    """Let hypothesis make examples until the time is over."""
    from hypothesis import HealthCheck, given, seed, settings

    import strategies

    made = strategies.mails() if name == "reading" else strategies.sessions()
    ends = time.monotonic() + seconds
    number = 0
    while time.monotonic() < ends:
        number += 1

        @seed(number)
        @settings(max_examples=ROUND, deadline=None, suppress_health_check=list(HealthCheck))
        @given(made)
        def look(data: bytes) -> None:
            target_of(name)(data)

        look()
    print(f"{name}: {number * ROUND} examples")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
