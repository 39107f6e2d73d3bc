"""What gets installed is the tree: the explicit list of packages, the runtime folder, wheel and source archive."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

METADATA = ("pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def packages_in(folder: Path, name: str) -> set[str]:
    """Dotted names of the packages under `folder`, itself called `name`."""
    inits = (path.parent.relative_to(folder) for path in folder.rglob("__init__.py"))
    return {".".join([name, *path.parts]) for path in inits}


def test_package_list_is_the_tree(root: Path, pyproject: dict[str, Any]) -> None:
    tree = {name for name in packages_in(root / "wasmjit", "wasmjit") if not name.startswith("wasmjit.runtime")}
    tree |= packages_in(root / "runtime", "wasmjit.runtime")
    listed = pyproject["tool"]["setuptools"]["packages"]
    assert set(listed) == tree
    assert listed == sorted(listed)


def test_every_folder_of_the_package_is_a_package(root: Path) -> None:
    for folder in (root / "wasmjit", root / "runtime"):
        for path in folder.rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), path


def test_runtime_is_reached_by_a_relative_link(root: Path) -> None:
    link = root / "wasmjit" / "runtime"
    assert link.is_symlink()
    assert str(link.readlink()) == "../runtime"


def test_runtime_refuses_to_be_a_top_level_package(root: Path) -> None:
    command = [sys.executable, "-c", "import runtime"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "ImportError" in done.stderr


def test_version_is_in_the_changelog(root: Path, pyproject: dict[str, Any]) -> None:
    assert f"## {pyproject['project']['version']}" in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def test_readme_commands_are_there_for_ci(root: Path) -> None:
    fences = re.findall(r"^```sh (\w+)$", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert fences == ["run", "test"]


@pytest.fixture(scope="module")
def archives(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Wheel and source archive, built from a copy that has the package and nothing else."""
    found = importlib.util.find_spec("setuptools")
    import setuptools

    if found is None or int(setuptools.__version__.split(".")[0]) < 77:
        pytest.skip("setuptools 77 or newer is needed to build")
    copy, out = tmp_path_factory.mktemp("copy") / "wasmjit", tmp_path_factory.mktemp("out")
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("wasmjit", "runtime", "tests", "examples"):
        shutil.copytree(root / name, copy / name, symlinks=True, ignore=ignore)
    for name in METADATA:
        shutil.copy(root / name, copy)
    script = (
        "import sys; from setuptools.build_meta import *; out = sys.argv[1]; print(build_wheel(out), build_sdist(out))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(out)], cwd=copy, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    wheel, sdist = done.stdout.splitlines()[-1].split()
    return out / wheel, out / sdist


def package_files(root: Path) -> set[str]:
    """Files that an installation has, by the path they are installed at."""
    found = [path for pattern in ("*.py", "*.mjs") for path in (root / "wasmjit").rglob(pattern)]
    ours = {path for path in found if "runtime" not in path.relative_to(root).parts}
    files = {str(path.relative_to(root)) for path in ours}
    return (
        files
        | {f"wasmjit/{path.relative_to(root)}" for path in (root / "runtime").rglob("*.py")}
        | {"wasmjit/py.typed"}
    )


def test_wheel_has_the_package_and_nothing_else(archives: tuple[Path, Path], root: Path) -> None:
    with zipfile.ZipFile(archives[0]) as wheel:
        names = set(wheel.namelist())
    assert {name for name in names if ".dist-info/" not in name} == package_files(root)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_sdist_has_the_sources(archives: tuple[Path, Path], root: Path) -> None:
    with tarfile.open(archives[1]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {name.replace("wasmjit/runtime/", "runtime/") for name in package_files(root)}
    assert wanted <= names
    assert set(METADATA) <= names


def test_wheel_runs_without_the_checkout(archives: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.unpack_archive(archives[0], tmp_path / "site", "zip")
    script = "import sys; sys.path.insert(0, sys.argv[1]); import wasmjit.runtime; print(wasmjit.runtime.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(tmp_path / "site")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.startswith(str(tmp_path / "site" / "wasmjit" / "runtime"))
