#!/usr/bin/env bash
# All that is asked of a machine with an NVIDIA GPU and its driver, in ten minutes at most: conformance first, then whole networks, then each layer of book.
#   measure.sh [RESULTS]      a folder, results beside this script unless named
# What was measured when the time is up is kept. Fails where a conformance test or the comparison with the CPU does; the rest is measured all the same.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
results=${1:-$here/results}
mkdir -p "$results"
export NIN_KERNEL_CACHE=${NIN_KERNEL_CACHE:-$results/kernels}
status=0

# Which GPU, which driver, at which clocks.
timeout 20 nvidia-smi -q >"$results/nvidia-smi.txt" 2>&1 || echo "nvidia-smi failed: see $results/nvidia-smi.txt" >&2

# 150 s, of which each precision gets a third; a case that has begun ends, so a little longer.
timeout 190 "$here/app/Nin.GpuConformance" --seconds "${NIN_CONFORMANCE_SECONDS:-150}" --json "$results/conformance.json" 2>&1 |
  tee "$results/conformance.txt" || status=1

timeout 270 "$here/app/Nin.GpuBenchmarks" --precision float32,tf32,tf32x3 --seconds 2 --minutes "${NIN_BENCHMARK_MINUTES:-4}" ${NIN_BENCHMARK_OPTIONS:-} \
  --json "$results/benchmarks.json" 2>&1 | tee "$results/benchmarks.md" || status=1

# The small network again with its launches as graphs: whether they should be the default.
timeout 60 "$here/app/Nin.GpuBenchmarks" --graphs on --precision float32,tf32 --models quick28 --compare mnist28 --only none --seconds 2 --minutes 0.7 ${NIN_BENCHMARK_OPTIONS:-} \
  --json "$results/graphs.json" 2>&1 | tee "$results/graphs.md" || status=1

# Beside PyTorch, where it is.
if python3 -c 'import torch' 2>/dev/null; then
  # It says itself what it had no time for, unless it does not even answer to being ended.
  timeout --kill-after=5 55 python3 "$here/pytorch_book.py" --time 50 2>&1 | tee "$results/pytorch.txt"
  [ "${PIPESTATUS[0]}" != 137 ] || echo "PyTorch was killed after 60 s: of eight rows those that are missing were cut." | tee -a "$results/pytorch.txt"
fi
exit $status
