"""The distribution: what is built from the sources has everything in it, and runs away from them."""

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from servers import REPOSITORY

PACKAGES = ("bots", "intake", "replies", "sandbox", "store", "templates")
BESIDES = ("LICENSE", "README.md", "pyproject.toml")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made as a packager makes it: sources, then source distribution, then wheel."""
    sources, target = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("target")
    for package in PACKAGES:
        shutil.copytree(REPOSITORY / package, sources / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BESIDES:
        shutil.copy(REPOSITORY / name, sources / name)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", target, sources, within=target)
    return next(target.glob("*.whl"))


def run(*command: str | Path, within: Path) -> str:
    """What a command prints; its complaint is the failure when it does not succeed."""
    done = subprocess.run(command, cwd=within, capture_output=True, text=True, timeout=300)

    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_of_our_packages_and_nothing_else(wheel: Path) -> None:
    present = {
        path.relative_to(REPOSITORY).as_posix()
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert present == packed


@pytest.mark.parametrize("pattern", ["templates/*/*.md", "intake/policies/*.toml", "store/migrations/*.py"])
def test_the_wheel_holds_what_is_read_while_running(wheel: Path, pattern: str) -> None:
    packed = zipfile.ZipFile(wheel).namelist()

    assert [name for name in packed if Path(name).match(pattern)]


def test_the_installed_command_runs_away_from_the_sources(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    pip = ("-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps")
    run(sys.executable, *pip, wheel, within=tmp_path)
    ours = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", within=tmp_path
    ).strip()
    # Our dependencies from here; .pth files there, the editable installation's for one, are not followed.
    Path(ours, "dependencies.pth").write_text(sysconfig.get_path("purelib"))

    assert f"{ours}/" in run(python, "-c", "import bots; print(bots.__file__)", within=tmp_path)
    assert "Usage" in run(place / "bin" / "deskbell", "--help", within=tmp_path)
