"""`bandstand icecast`: becomes an Icecast that is made from the station's configuration, for systemd to keep.

`bandstand up` starts an Icecast of its own, which ends with the station or is adopted by the next. Where something else
keeps the processes, Icecast has to be one of them, or a restart of the bot would send every listener away. So this
writes the same configuration for Icecast, with port and passwords as the station's configuration names them, because
the other processes cannot ask for them. Then the process is Icecast: signals and exit status are its own.
"""

import argparse
import os
import sys
from collections.abc import Sequence

import msgspec

from bandstand.bot.supervision.icecast import Files, Kept, find_account, find_program, read_template, render
from bandstand.bot.supervision.webroot import make_webroot
from bandstand.common import config as configuration
from bandstand.common.config import Config
from bandstand.common.errors import ConfigError
from bandstand.common.files import write_whole
from bandstand.common.station_folder import prepare_folder


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bandstand icecast", description="Run Icecast for systemd, or the like.")
    parser.add_argument("--config", metavar="FILE", help="the station's configuration")
    options = parser.parse_args(arguments)
    config = configuration.load(configuration.find(options.config))
    program = find_program()
    prepare_folder(config.paths)
    command = [program, "-c", str(write_configuration(config).xml)]
    sys.stdout.flush()
    os.execv(program, command)


def write_configuration(config: Config) -> Files:
    """Write Icecast's configuration into the station's folder. Raises ConfigError where ours does not say enough."""
    icecast, live = config.icecast, config.live
    if config.manages_icecast:
        raise ConfigError('icecast.host: expected "127.0.0.1"; without a host, bandstand up starts an Icecast itself')
    if not icecast.admin_password:
        raise ConfigError("icecast.admin_password: needed, by which the standby takes over and listeners are counted")
    if not live.key:  # Icecast could not ask anybody whom to let in
        config = msgspec.structs.replace(config, live=msgspec.structs.replace(live, enabled=False))
    kept = Kept(icecast.port, icecast.port, icecast.password, icecast.admin_password, live.port, live.key)
    files = Files(config.paths.icecast)
    files.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = find_account()
    webroot = make_webroot(config.paths.webroot, is_for_another_user=account is not None)
    write_whole(files.xml, render(read_template(), config, kept, account, webroot).encode(), is_private=True)
    return files
