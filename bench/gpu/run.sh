#!/usr/bin/env bash
# Builds the folder bench/gpu/out, which needs nothing but a graphics driver (no .NET, no CUDA toolkit, no network), and runs it here; or only builds it:
#   bench/gpu/run.sh                       conformance and benchmarks on cuda:0, at most ten minutes; results in bench/gpu/out/results
#   bench/gpu/run.sh --build-only          then copy bench/gpu/out.tar.gz to the machine with the GPU, unpack it there, and run out/measure.sh
#   bench/gpu/run.sh [--device opencl:0] [--batch 128] [--seconds 2] [--minutes 5] [--precision float32,tf32x3,tf32] [--models book,quick28] [--graphs on] [--compare modern28] [--only TEXT] [--json FILE]
#                                          the benchmarks alone
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/out
if command -v dotnet >/dev/null; then
  # Not trimmed: ILGPU finds its intrinsics by reflection. Files in a folder: xunit loads the tests by their file, and both programs share one runtime.
  publish() { dotnet publish -c Release -r linux-x64 --self-contained -p:PublishTrimmed=false -p:DebugType=none -v quiet -nologo -o "$out/app" "$1" >&2; }
  publish "$here/Nin.GpuBenchmarks.csproj"
  if [[ $# == 0 || "$1" == --build-only ]]; then
    publish "$here/conformance/Nin.GpuConformance.csproj"
    cp "$here/measure.sh" "$here/pytorch_book.py" "$out/"
  fi
fi
case "${1:-}" in
  --build-only)
    # Documentation and symbols are left out.
    tar -C "$here" --exclude=out/results --exclude='*.xml' --exclude='*.pdb' -czf "$here/out.tar.gz" out
    ls -l "$here/out.tar.gz"
    ;;
  "") exec "$out/measure.sh" ;;
  *) exec "$out/app/Nin.GpuBenchmarks" "$@" ;;
esac
