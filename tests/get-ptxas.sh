#!/usr/bin/env bash
# Unpacks NVIDIA's assembler and disassembler out of Debian's package nvidia-cuda-toolkit (non-free) into the user's cache, where the tests look for them.
# Nothing is installed, no list or source of the system is changed, and no GPU is needed. Prints where ptxas lies.
set -euo pipefail
home=${XDG_CACHE_HOME:-$HOME/.cache}/nin/cuda-toolkit
if [ ! -x "$home/ptxas" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    . /etc/os-release
    mirror=$(sed -nE 's/^URIs: *([^ ]+).*/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -1)
    [ -n "$mirror" ] || mirror=$(sed -nE 's/^deb (\[[^]]*\] )?(https?:[^ ]+).*/\2/p' /etc/apt/sources.list | head -1)
    mkdir -p "$work/lists/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $VERSION_CODENAME non-free" >"$work/sources.list"
    apt=(-q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists")
    [ "$(id -u)" != 0 ] || apt+=(-o APT::Sandbox::User=root)
    cd "$work"
    apt-get "${apt[@]}" update >&2
    apt-get "${apt[@]}" download nvidia-cuda-toolkit >&2
    dpkg-deb -x nvidia-cuda-toolkit_*.deb x
    mkdir -p "$home"
    cp "$(find x -name nvdisasm -type f | head -1)" "$home/" || true
    cp "$(find x -name ptxas -type f | head -1)" "$home/ptxas.new"
    mv "$home/ptxas.new" "$home/ptxas"
fi
echo "$home/ptxas"
