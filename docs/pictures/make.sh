#!/usr/bin/env bash
# Makes the pictures of the documentation from the repository's root: trains the preset quick on Fashion-MNIST, and builds a wrong network.
set -euo pipefail
cd "$(dirname "$0")/../.."
nin() { dotnet run -c Release --project src/Nin.Runner -- "$@"; }
draw() { dotnet run docs/pictures/Draw.cs -- "$@"; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

draw error docs/pictures/build-error.png
nin train --preset quick --out "$scratch/run"
draw shrink "$scratch/run/curves.png" docs/pictures/curves.png
draw shrink "$scratch/run/confusion.png" docs/pictures/confusion.png
data=$(nin data --json | sed -E 's/.*"path": ?"([^"]*)".*/\1/')
draw image "$data/t10k-images-idx3-ubyte" 0 "$scratch/boot.png"
nin explain --weights "$scratch/run" "$scratch/boot.png" --out "$scratch/map.png"
draw beside "$scratch/boot.png" "$scratch/map.png" docs/pictures/map.png
