# Sourced by the scripts beside it: finds the toolchain and installs Debian packages that are missing.

# need_swift: stops with a sentence where there is no Swift 6.2 or newer.
need_swift() {
    if ! command -v swift >/dev/null 2>&1; then
        echo "Swift is not installed, or not on PATH: get 6.2 or newer from https://www.swift.org/install/linux/" >&2
        exit 69
    fi
}

# need_packages PACKAGE...: installs those that are missing, or says how to and stops.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local install=(apt-get install -y --no-install-recommends "${missing[@]}") as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1 || { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
            echo "These Debian packages are missing. Install them as root, then try again:" >&2
            echo "  apt-get update && ${install[*]}" >&2
            exit 69
        fi
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}" >&2
    # Two installations at once: wait for the other one instead of failing half-way.
    local options=(-o DPkg::Lock::Timeout=300 -qq)
    "${as_root[@]}" apt-get "${options[@]}" update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[0]}" "${options[@]}" "${install[@]:1}" >/dev/null
}

# The system libraries that the build links to.
BUILD_PACKAGES=(libsqlite3-dev libyaml-dev libarchive-dev libcurl4-openssl-dev libssl-dev pkg-config)
