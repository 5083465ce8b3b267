"""Generates clients in TypeScript and Python, and checks the types of their uses.

`python -m tests.clients.generating FOLDER` writes the document and both clients into the folder, and checks
the examples and the natural uses beside this module. `make clients` runs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from settings.environment import BASE_DIR

NODE = BASE_DIR / "tests/node"
TYPESCRIPT = (BASE_DIR / "examples/typescript/show.ts", BASE_DIR / "tests/clients/natural_use.ts")
PYTHON = (BASE_DIR / "examples/python/show.py", BASE_DIR / "tests/clients/natural_use.py")
COMPILER = ("--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--types", "node")
# What the generator's own module does wrong says nothing about the document.
_MYPY = "[mypy]\nstrict = true\n\n[mypy-livestream_client.client]\nignore_errors = true\n"


def write_document(folder: Path) -> Path:
    """Write the OpenAPI document, and return its path."""
    document = folder / "schema.json"
    arguments = ("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", "--file", str(document))
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "settings.test"}
    _run(sys.executable, "manage.py", *arguments, cwd=BASE_DIR, environment=environment)
    return document


def generate_typescript(document: Path, folder: Path) -> Path:
    """Generate `api.ts` in a folder of its own, beside what uses it; return the folder."""
    home = _folder_with(TYPESCRIPT, folder / "typescript")
    (home / "package.json").write_text('{"type": "module"}\n')
    (home / "node_modules").symlink_to(NODE / "node_modules")
    _run(node_program("openapi-typescript"), str(document), "--output", "api.ts", cwd=home)
    return home


def generate_python(document: Path, folder: Path) -> Path:
    """Generate the package `livestream_client` in a folder of its own, beside what uses it; return the folder."""
    home = _folder_with(PYTHON, folder / "python")
    options = ("--meta", "none", "--output-path", "livestream_client", "--fail-on-warning")
    # The generator has its output formatted by the ruff that PATH leads to.
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = (sys.executable, "-m", "openapi_python_client", "generate", "--path", str(document), *options)
    _run(*command, cwd=home, environment=environment)
    return home


def compile_typescript(home: Path, *options: str) -> None:
    """Compile all uses, and check their types unless the options say otherwise."""
    _run(node_program("tsc"), *COMPILER, *options, *(path.name for path in TYPESCRIPT), cwd=home)


def check_python(home: Path) -> None:
    """Check the types of all uses, and of what they use of the client."""
    (home / "mypy.ini").write_text(_MYPY)
    _run(sys.executable, "-m", "mypy", "--config-file", "mypy.ini", *(path.name for path in PYTHON), cwd=home)


def node_program(name: str) -> str:
    """Return the path of a program of the packages in `tests/node`."""
    return str(NODE / "node_modules/.bin" / name)


def _folder_with(uses: Sequence[Path], home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for path in uses:
        shutil.copy(path, home)
    return home


def _run(*command: str, cwd: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def main(folder: Path) -> None:
    """Generate and check everything."""
    folder.mkdir(parents=True, exist_ok=True)
    document = write_document(folder)
    compile_typescript(generate_typescript(document, folder), "--noEmit")
    check_python(generate_python(document, folder))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]).resolve())
    except RuntimeError as error:
        sys.exit(str(error))
