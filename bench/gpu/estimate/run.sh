#!/usr/bin/env bash
# Estimates what a training step takes on an H100, without a GPU: the simulated CUDA driver counts what its kernels do.
#   bench/gpu/estimate/run.sh [float32|tf32x3|tf32 [BATCH [SAMPLED_BLOCKS [book|cifar10|mnist28|modern28|quick28]]]]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../../..
"$root/tests/get-ptxas.sh" >/dev/null || true
dotnet publish "$root/tests/Nin.SimulatedCuda" -c Release -o "$here/obj/driver" -v quiet -nologo >&2
exec dotnet run -c Release --project "$here" -- "$here/obj/driver/Nin.SimulatedCuda.so" "${1:-float32}" "${2:-128}" "${3:-8}" "${4:-book}"
