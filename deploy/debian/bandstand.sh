#!/bin/sh
# Bandstand as the package has it: without another configuration, that of the machine's own station.
own=/etc/bandstand/bandstand.toml
if [ -z "$BANDSTAND_CONFIG" ] && [ ! -e bandstand.toml ] && [ -r "$own" ]; then
    export BANDSTAND_CONFIG="$own"
fi
exec /usr/lib/bandstand/bin/bandstand "$@"
