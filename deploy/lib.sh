# shellcheck shell=bash
# What deploy/up and deploy/test share: Debian's packages, a Python, and the virtual environment. Nothing here asks a
# question, and nothing is fetched when all is there already.

# The one list of Debian's and Ubuntu's packages; Python's own are added by name in debian_packages.
# shellcheck disable=SC2034
PACKAGES=(
    icecast2 ffmpeg libchromaprint1 libmp3lame0 libopus0 ca-certificates
    libfluidsynth3 fluid-soundfont-gm timgm6mb-soundfont bubblewrap
    espeak-ng                              # [radio] voice; without it idents are music only
    libshout3-dev pkg-config gcc libc6-dev # python-shout is compiled
)
# shellcheck disable=SC2034
TEST_PACKAGES=(shellcheck flac opus-tools vorbis-tools iproute2 iptables telnet netcat-openbsd openssh-client sox
    ngircd inspircd anope openssl faketime curl postgresql
    ezstream ices2   # a DJ's programs, beside ffmpeg
    node-typescript) # tsc, and Node with it: the page's scripts
# Ubuntu's chromium is no package but a snap, which a test cannot start; the tests of the page are left out there.
if grep -q '^ID=debian' /etc/os-release 2>/dev/null; then
    TEST_PACKAGES+=(chromium)
fi

say() {
    printf '%s\n' "$*"
}

fail() {
    printf '%s: %s\n' "$PROGRAM" "$*" >&2
    exit 1
}

# Shows the last lines of a log that speak of an error, or the last of all, and removes it.
show_errors() {
    { grep -iE '^(E|Err):|error' "$1" || cat "$1"; } | tail -n 8 >&2
    rm "$1"
}

# Sets PYTHON to the name of the first Python that is new enough.
find_python() {
    for PYTHON in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            return
        fi
    done
    fail "Python 3.11 or newer is needed; here is $(python3 --version 2>&1 || true)"
}

# Installs those of the named packages, and of Python's own, that are missing.
debian_packages() {
    command -v dpkg-query >/dev/null || fail "this sets up Debian and Ubuntu only; elsewhere, install what these are" \
        "there, then pip install -e . and bandstand up: $*"
    local package missing=()
    for package in "$@" "$PYTHON-dev" "$PYTHON-venv"; do
        # shellcheck disable=SC2016  # dpkg-query's own variable
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    say "installing Debian packages: ${missing[*]}"
    if [[ $(id -u) -eq 0 ]]; then
        apt_install "${missing[@]}"
    elif ! command -v sudo >/dev/null; then
        fail "this needs root or sudo to install: ${missing[*]}"
    elif ! sudo -n true 2>/dev/null; then
        fail "sudo wants a password, and nothing is asked here; first do: sudo apt-get install ${missing[*]}"
    else
        sudo -n bash -c "set -euo pipefail; PROGRAM=$PROGRAM; $(declare -f fail show_errors apt_install apt_try); apt_install \"\$@\"" \
            sh "${missing[@]}"
    fi
}

# As root. Icecast's package would ask about a service of its own and start it; ours is another, so that one is left
# switched off, and so are those of the servers that the tests run themselves. Where a package is there already, its
# service is nobody's business here.
apt_install() {
    local log package switched=()
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    if [[ " $* " == *" icecast2 "* ]]; then
        echo 'icecast2 icecast2/icecast-setup boolean false' | debconf-set-selections
    fi
    for package in icecast2 ngircd inspircd anope postgresql; do
        if [[ " $* " == *" $package "* && -d /run/systemd/system ]]; then
            switched+=("$package.service")
        fi
    done
    [[ ${#switched[@]} -eq 0 ]] || systemctl mask --quiet --runtime "${switched[@]}"
    # The lists of packages may be old or missing: they are fetched when the first try has failed.
    if ! apt_try "$log" install "$@" && ! { apt_try "$log" update && apt_try "$log" install "$@"; }; then
        show_errors "$log"
        fail "apt could not install all of: $*"
    fi
    if [[ ${#switched[@]} -gt 0 ]]; then
        systemctl unmask --quiet --runtime "${switched[@]}"
        systemctl disable --quiet "${switched[@]}"
    fi
    rm "$log"
}

apt_try() {
    local log=$1 verb=$2
    shift 2
    local options=(-q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold)
    [[ $verb != install ]] || options+=(--no-install-recommends)
    apt-get "${options[@]}" "$verb" "$@" </dev/null >"$log" 2>&1
}

# Installs the named packages of Debian's, and into .venv what setup.cfg names, with the extra "$1" if there is one.
# What Python packages there are ready-made come at the same time as Debian's, where Python can make an environment
# already.
install_all() {
    local extra=$1 early
    shift
    find_python
    begin_environment "$extra" </dev/null >/dev/null 2>&1 &
    early=$!
    # shellcheck disable=SC2064  # this process, and no later one
    trap "kill $early 2>/dev/null || true" EXIT
    debian_packages "$@"
    trap - EXIT
    wait "$early" || true # what went wrong is done again, and told
    virtual_environment "$extra"
}

# Makes .venv with all but what has to be compiled, which needs Debian's packages. To be run as a process of its own.
begin_environment() {
    ! is_installed "$1" || return 0
    has_environment || "$PYTHON" -m venv --clear .venv || return
    list_ready_made "$1" >.venv/ready-made
    exec .venv/bin/python -m pip install -q --disable-pip-version-check --no-input --only-binary :all: \
        -r .venv/ready-made
}

list_ready_made() {
    "$PYTHON" - "$1" <<'END'
import configparser
import sys

settings = configparser.ConfigParser()
settings.read("setup.cfg")
wanted = settings["options"]["install_requires"] + settings["options.extras_require"].get(sys.argv[1], "")
print(*(line for line in wanted.splitlines() if not line.startswith("python-shout")), sep="\n")
END
}

# Makes .venv and installs what setup.cfg names, with the extra "$1" if there is one. A stamp says what is installed;
# deploy/up is content with what deploy/test has left.
virtual_environment() {
    local extra=$1 log
    ! is_installed "$extra" || return 0
    say "installing Python packages into .venv (the first time takes some minutes)"
    log=$(mktemp)
    if ! make_environment "$extra" </dev/null >"$log" 2>&1; then
        show_errors "$log"
        fail "the Python packages that setup.cfg names could not be installed"
    fi
    rm "$log"
    printf '%s %s\n' "$(describe_environment)" "$extra" >.venv/installed
}

# What .venv/installed begins with while setup.cfg and this folder are the same.
describe_environment() {
    printf '%s %s' "$(sha256sum <setup.cfg)" "$PWD"
}

is_installed() {
    [[ -x .venv/bin/bandstand && -f .venv/installed && $(<.venv/installed) == "$(describe_environment) "*"$1" ]]
}

# Whether .venv is of use: one that was made elsewhere, or for a Python that is gone, is of none.
has_environment() {
    grep -qsF "$PWD/.venv" .venv/bin/pip && .venv/bin/python -c ''
}

make_environment() {
    has_environment || "$PYTHON" -m venv --clear .venv || return
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-input -e ".${1:+[$1]}"
}

# Links `bandstand` into ~/.local/bin, where many shells look for programs, and says how it is called in other shells. A
# program of that name that is not ours is left alone.
link_program() {
    local ours=$PWD/.venv/bin/bandstand link
    if [[ -d ${HOME:-} ]]; then
        link=$HOME/.local/bin/bandstand
        if [[ (! -e $link && ! -L $link) || $(readlink "$link") == */.venv/bin/bandstand ]]; then
            { mkdir -p "${link%/*}" && ln -sfn "$ours" "$link"; } 2>/dev/null || true
        fi
    fi
    if [[ $(command -v bandstand || true) -ef $ours ]]; then
        say "in other shells, in $PWD: bandstand ctl help"
    else
        say "in other shells, in $PWD: $ours ctl help"
    fi
}
