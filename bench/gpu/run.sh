#!/bin/bash
# Builds one file that needs nothing but a graphics driver (no .NET, no CUDA toolkit), and runs it here; or only builds it:
#   bench/gpu/run.sh [--device cuda:0] [--batch 128] [--seconds 2] [--precision float32,tf32x3,tf32] [--only TEXT]
#   bench/gpu/run.sh --build-only          then copy bench/gpu/out/Nin.GpuBenchmarks to the machine with the GPU
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$here/out/Nin.GpuBenchmarks
if command -v dotnet >/dev/null; then
  # Not trimmed: ILGPU finds its intrinsics by reflection.
  dotnet publish -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true \
    -p:DebugType=none -p:PublishTrimmed=false -v quiet -nologo -o "$here/out" "$here/Nin.GpuBenchmarks.csproj" >&2
fi
if [[ "${1:-}" == --build-only ]]; then
  ls -l "$program"
  exit
fi
exec "$program" "$@"
