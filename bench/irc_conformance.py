"""The client tests of irctest, a public conformance suite for IRC software, against the bot.

    python bench/irc_conformance.py [FOLDER]

Sets up irctest 0.1.2 (its last release, MIT, by pip) in an environment of its own under FOLDER, `bench/.irctest` unless
another is named, and runs its client tests: each starts a bot (`bandstand bot`) that connects to the test's own server
on the loopback interface. Ends with status 1 if a test fails that EXPLAINED does not list.

The release cannot be installed, because its setup.py reads a file that is not in it. So pip is told to keep what it
has unpacked. The rest of this file is imported by irctest as the module that runs the tested program.
"""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

RELEASE = "irctest==0.1.2"
PATIENCE = 30.0
NEEDS = ("limnoria", "ecdsa", "psutil", "pyxmpp2_scram")
"""What the client tests import."""
EXPLAINED = {
    "testEcdsa": (
        "the test hashes its challenge with SHA-1 and wants a signature of raw numbers; services (Atheme) take the "
        "challenge for the hash itself and want the signature in DER, and the bot does as they do"
    ),
}
"""Tests that fail, and why the bot is right."""
SETTINGS = """
[station]
directory = "{directory}/var"
[telnet]
enabled = false
[irc]
server = "127.0.0.1"
name = "testnet"
port = {port}
tls = {tls}
tls_verify = {verify}
tls_pins = [{pins}]
{login}
"""
LOGIN = """
account = "{account}"
sasl_mechanisms = [{mechanisms}]
"""


# Setting up, and running the suite


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name(".irctest")).resolve()
    python, source = set_up(folder)
    path = os.pathsep.join([str(source), str(Path(__file__).parent)])
    environment = {**os.environ, "PYTHONPATH": path, "BANDSTAND_PYTHON": sys.executable}
    environment["BANDSTAND_SOURCE"] = str(Path(__file__).resolve().parents[1])
    command = [str(python), "-m", "irctest", Path(__file__).stem]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=folder)
    print(run.stdout + run.stderr)
    failed = re.findall(r"^(?:FAIL|ERROR): (\w+)", run.stderr, re.MULTILINE)
    for name in failed:
        print(f"{name}: {EXPLAINED.get(name, 'not explained')}")
    ran = re.search(r"^Ran ([0-9]+) tests", run.stderr, re.MULTILINE)
    print(f"{int(ran[1]) - len(failed) if ran else 0} passed, {len(failed)} failed")
    return 0 if ran and set(failed) <= set(EXPLAINED) else 1


def set_up(folder: Path) -> tuple[Path, Path]:
    """The environment's Python, and the folder that has the package irctest."""
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *NEEDS], check=True)
    unpacked = folder / "unpacked"
    if not find_source(unpacked):
        unpacked.mkdir(parents=True, exist_ok=True)
        command = [str(python), "-m", "pip", "download", "--quiet", "--no-clean", "--no-deps", "--dest", str(folder)]
        subprocess.run([*command, RELEASE], env={**os.environ, "TMPDIR": str(unpacked)}, capture_output=True)
    source = find_source(unpacked)
    if source is None:
        raise SystemExit(f"pip did not unpack {RELEASE}")
    return python, source


def find_source(unpacked: Path) -> Path | None:
    return next((found.parents[2] for found in unpacked.glob("**/irctest/client_tests/__init__.py")), None)


# For irctest


def get_irctest_controller_class() -> type:
    """Called by irctest, which has its base classes."""
    from irctest.basecontrollers import BaseClientController, DirectoryBasedController

    socket.setdefaulttimeout(PATIENCE)  # the suite itself waits for ever

    class BandstandController(BaseClientController, DirectoryBasedController):  # type: ignore[misc]
        software_name = "Bandstand"
        supported_sasl_mechanisms = frozenset({"PLAIN", "ECDSA-NIST256P-CHALLENGE", "SCRAM-SHA-256", "EXTERNAL"})
        supported_capabilities = frozenset({"sts"})

        def run(self, hostname: str, port: int, auth: Any, tls_config: Any = None) -> None:
            assert self.proc is None
            self.create_config()
            with self.open_file("bandstand.toml") as file:
                file.write(write_settings(self.directory, port, auth, tls_config))
            command = [os.environ["BANDSTAND_PYTHON"], "-m", "bandstand.bot"]
            command += ["--config", str(Path(self.directory) / "bandstand.toml")]
            environment = {**os.environ, "PYTHONPATH": os.environ["BANDSTAND_SOURCE"]}
            self.proc = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)

    return BandstandController


def write_settings(directory: str, port: int, auth: Any, tls_config: Any) -> str:
    pins = tls_config.trusted_fingerprints if tls_config else []
    return SETTINGS.format(
        directory=directory,
        port=port,
        tls=str(bool(tls_config and tls_config.enable)).lower(),
        verify=str(not pins).lower(),
        pins=", ".join(f'"{pin}"' for pin in pins),
        login=write_login(Path(directory), auth) if auth else "",
    )


def write_login(directory: Path, auth: Any) -> str:
    names = ", ".join(f'"{type(one).as_string(one)}"' for one in auth.mechanisms)
    login = LOGIN.format(account=auth.username, mechanisms=names)
    if auth.password:
        login += f'password = "{auth.password}"\n'
    if auth.ecdsa_key:
        key = directory / "ecdsa.pem"
        key.write_text(auth.ecdsa_key)
        login += f'sasl_key = "{key}"\n'
    return login


if __name__ == "__main__":
    sys.exit(main())
