"""What pyproject.toml cannot say of the build: which packages there are, and how C is compiled.

The compiled part is optional. A wheel without it is tagged for every platform (py3-none-any), a
wheel with it for one platform and every Python from 3.11 on (cp311-abi3), or, on free-threaded
Python, for that Python alone.
"""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.bdist_wheel import bdist_wheel

EXTENSION = "boilerplate.kernels._native"
PLUGINS = "boilerplate_plugins"  # the folder plugins/, as it is imported
# The oldest Python whose limited C interface has what native/ uses: one build serves all later
# ones. Free-threaded Python up to 3.14 has no limited interface.
OLDEST = (3, 11)
LIMITED = not sysconfig.get_config_var("Py_GIL_DISABLED")


def packages() -> list[str]:
    """Every package below boilerplate/ and plugins/."""
    plugins = (f"{PLUGINS}.{name}" for name in find_packages("plugins"))
    return [*find_packages(include=["boilerplate", "boilerplate.*"]), PLUGINS, *plugins]


def native_files(suffix: str) -> list[str]:
    """The files below native/ with this suffix, in the same order everywhere."""
    return sorted(path.as_posix() for path in Path("native").rglob(f"*{suffix}"))


class Wheel(bdist_wheel):
    """A wheel with what this build made, whose tag says whether it has a compiled part."""

    def run(self) -> None:
        """Build, see whether the compiled part came of it, then write the wheel."""
        if not self.skip_build:
            # Or the wheel would also have modules that were deleted since the last build.
            shutil.rmtree(self.get_finalized_command("build").build_lib, ignore_errors=True)
            self.run_command("build")
        compiled = self.get_finalized_command("build_ext").get_outputs()
        if not any(Path(path).exists() for path in compiled):
            self.distribution.ext_modules = []
            self.root_is_pure = True
        super().run()


setup(
    packages=packages(),
    package_dir={PLUGINS: "plugins"},
    # Every file that is not made by a build, those of folders without an __init__.py too; no
    # other list has a say.
    include_package_data=False,
    package_data={"boilerplate": ["**/*"], PLUGINS: ["**/*"]},
    exclude_package_data={"": ["*.so", "*.pyd", "*.pyc", "__pycache__/*"]},
    ext_modules=[
        Extension(
            EXTENSION,
            native_files(".c"),
            depends=native_files(".h"),
            include_dirs=["native"],
            define_macros=(
                [("Py_LIMITED_API", f"0x{OLDEST[0]:02X}{OLDEST[1]:02X}0000")] if LIMITED else []
            ),
            py_limited_api=LIMITED,
            # Fused multiplications would round otherwise than the Python code does. Symbols that
            # the C files share stay inside of the module.
            extra_compile_args=["-O3", "-ffp-contract=off", "-fvisibility=hidden"],
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": f"cp{OLDEST[0]}{OLDEST[1]}"}} if LIMITED else {},
    cmdclass={"bdist_wheel": Wheel},
)
