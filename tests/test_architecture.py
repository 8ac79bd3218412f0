"""How the packages hang together: what may be where, and who may import what.

DESIGN's table of folders in executable form. The directions between packages stand in
pyproject.toml for import-linter; here is what import-linter cannot see.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from servers import REPOSITORY

PACKAGES = ("bots", "intake", "replies", "sandbox", "store", "templates")
MOST_LINES = 400

# Who may import a library, by the beginning of the module's name. A channel's library belongs to its module
# alone; the sandbox speaks the other end of the same wires.
IMPORTED_BY = {
    "aiohttp": ("bots.slack", "bots.telegram.webhook", "bots.web", "sandbox"),
    "aiosmtpd": ("bots.smtp", "sandbox"),
    "aiosmtplib": ("bots.relay", "sandbox"),
    "alembic": ("store",),
    "authlib": ("bots.imap",),
    "babel": ("replies",),
    "disarm": ("intake",),
    "dkim": ("bots.authentication", "bots.dkim_signing"),
    "dns": ("bots.authentication",),
    "flufl": ("intake",),
    "holidays": ("intake",),
    "httpx": ("bots.telegram",),
    "imapclient": ("bots.imap",),
    "jinja2": ("replies",),
    "joserfc": ("bots.imap",),
    "mailparser": ("intake",),
    "markdown_it": ("replies",),
    "matplotlib": ("bots.pictures",),
    "psycopg": ("store",),
    "publicsuffixlist": ("bots.authentication", "intake"),
    "puremagic": ("bots.sniffing",),
    "requests": ("bots.imap",),
    "rich": ("bots",),
    "selectolax": ("intake",),
    "slack_bolt": ("bots.slack",),
    "slack_sdk": ("bots.slack",),
    "spf": ("bots.authentication",),
    "sqlalchemy": ("store",),
    "starlette": ("bots.api", "bots.portal", "sandbox"),
    "structlog": ("bots",),
    "telegram": ("bots.telegram",),
    "typer": ("bots",),
    "uvicorn": ("bots.api", "bots.portal", "sandbox"),
    "uvloop": ("bots",),
}

CLOCK = re.compile(r"(datetime|date)\.(now|utcnow|today)|time\.time(_ns)?")
CHANCE = re.compile(r"(random|secrets)\.\w+|uuid\.uuid[14]|os\.urandom")
NEW_NAMES = ("intake.tokens",)  # a new Message-ID must be like none before it, also after a restart

# Put together here, so that this very file is not found.
PRIVATE = re.compile(
    r"(?<![\w./-])/(?:work|root)/"
    r"|/opt/(?:py" + r"pi|wheels)|/etc/xdg/p" + r"ip\b"
    r"|py" + r"pi\.org|pythonhos" + r"ted\.org|npm" + r"js\.org|deb\.deb" + r"ian\.org"
    r"|--(?:extra-)?index-u" + r"rl|--find-li" + r"nks"
)


def modules(*packages: str) -> list[str]:
    """The dotted names of all modules of some packages; a package by its own name."""
    files = (path for package in packages for path in (REPOSITORY / package).rglob("*.py"))
    return sorted(".".join(path.relative_to(REPOSITORY).with_suffix("").parts) for path in files)


def source(module: str) -> str:
    return (REPOSITORY / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(source(module))


def imports(root: ast.AST) -> Iterator[tuple[int, str]]:
    """Every absolute import at or below a node: line and full name."""
    for node in ast.walk(root):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def calls(package: str) -> list[str]:
    """Every call in a package, as `module:line: function`."""
    return [
        f"{module}:{node.lineno}: {ast.unparse(node.func)}"
        for module in modules(package)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call)
    ]


def belongs(module: str, owners: tuple[str, ...]) -> bool:
    """Whether a module is an owner, below it, or a part of it beside it (`bots.smtp.data` of `bots.smtp`)."""
    return any(re.match(rf"{re.escape(owner)}(\.|_|$)", module) for owner in owners)


def files_of_the_repository() -> list[Path]:
    """What is committed or would be by `git add --all`."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        timeout=60,
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    paths = (REPOSITORY / name for name in listing.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def test_only_bots_and_the_sandbox_are_async() -> None:
    kinds = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    found = [
        f"{module}:{node.lineno}"
        for module in modules("intake", "replies", "store", "templates")
        for node in ast.walk(tree(module))
        if isinstance(node, kinds)
    ]

    assert [] == found


def test_intake_has_no_clock_of_its_own() -> None:
    assert [] == [call for call in calls("intake") if CLOCK.fullmatch(call.partition(": ")[2])]


def test_intake_leaves_nothing_to_chance_but_new_names() -> None:
    drawn = [call for call in calls("intake") if CHANCE.fullmatch(call.partition(": ")[2])]

    assert [] == [call for call in drawn if not call.startswith(NEW_NAMES)]


def test_no_module_is_too_long_to_be_read_in_one_go() -> None:
    lengths = {module: len(source(module).splitlines()) for module in modules(*PACKAGES)}

    assert {} == {module: length for module, length in lengths.items() if length > MOST_LINES}


def test_every_package_and_module_says_what_it_is_for() -> None:
    assert [] == [module for module in modules(*PACKAGES) if not ast.get_docstring(tree(module))]


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py")}

    assert [] == sorted(str(folder) for folder in folders if not (folder / "__init__.py").is_file())


def test_a_library_is_imported_only_by_the_modules_it_belongs_to() -> None:
    found = [
        f"{module}:{line}: {name}"
        for module in modules(*PACKAGES)
        for line, name in imports(tree(module))
        if not belongs(module, IMPORTED_BY.get(name.partition(".")[0], (module,)))
    ]

    assert [] == found


def test_the_sandbox_is_loaded_only_when_it_is_asked_for() -> None:
    found = [
        f"{module}:{line}"
        for module in modules("bots", "intake", "replies", "store", "templates")
        for statement in tree(module).body
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
        for line, name in imports(statement)
        if belongs(name, ("sandbox",))
    ]

    assert [] == found


def test_the_packages_import_each_other_only_downwards() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    verdict = subprocess.run(
        [command, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, timeout=120
    )

    assert 0 == verdict.returncode, verdict.stdout


def test_no_file_names_a_private_place_or_a_registry() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}: {match.group()}"
        for path in files_of_the_repository()
        if (match := PRIVATE.search(path.read_text(encoding="utf-8", errors="ignore")))
    ]

    assert [] == found


def test_the_lock_pins_an_allowed_release_of_everything_that_is_required() -> None:
    lock = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock, re.MULTILINE))
    found = [
        str(wanted)
        for wanted in requirements()
        if not allows(wanted, pins.get(canonicalize_name(wanted.name)))
    ]

    assert [] == found


def requirements() -> list[Requirement]:
    """Everything that pyproject asks for, at run time, by an extra or to build, but for ourselves."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [
        project["build-system"]["requires"],
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
    ]
    wanted = (Requirement(line) for lines in lists for line in lines)
    return [requirement for requirement in wanted if requirement.name != "deskbell"]


def allows(requirement: Requirement, release: str | None) -> bool:
    return release is not None and requirement.specifier.contains(release, prereleases=True)
