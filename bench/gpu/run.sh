#!/usr/bin/env bash
# Builds the folder bench/gpu/out, which needs nothing but a graphics driver (no .NET, no CUDA toolkit, no network), and runs it here; or only builds it:
#   bench/gpu/run.sh                       conformance and benchmarks on cuda:0, at most ten minutes; results in bench/gpu/out/results
#   bench/gpu/run.sh --build-only          then copy bench/gpu/out.tar.gz to the machine with the GPU, unpack it there, and run out/measure.sh
#   bench/gpu/run.sh [--device opencl:0] [--batch 128] [--seconds 2] [--minutes 5] [--precision float32,tf32x3,tf32] [--models book,quick28] [--graphs on] [--compare modern28] [--only TEXT] [--json FILE]
#                                          the benchmarks alone
# Without an SDK, or where the build fails, it runs what is there from an earlier build.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/out

# A runtime alone has a command dotnet, too, and cannot say its version.
has_sdk() { (cd "$here" && dotnet --version) >/dev/null 2>&1; }

# Not trimmed: ILGPU finds its intrinsics by reflection. Files in a folder: xunit loads the tests by their file, and both programs share one runtime.
publish() { dotnet publish -c Release -r linux-x64 --self-contained -p:PublishTrimmed=false -p:DebugType=none -v quiet -nologo -o "$out/app.new" "$1" >&2; }

# Into an empty folder, which takes the old one's place when it is whole.
build() {
  rm -rf "$out/app.new" && mkdir -p "$out" &&
    publish "$here/Nin.GpuBenchmarks.csproj" && publish "$here/conformance/Nin.GpuConformance.csproj" &&
    cp "$here/measure.sh" "$here/pytorch_book.py" "$out/" && rm -rf "$out/app" && mv "$out/app.new" "$out/app"
}

is_finished() { [[ -x $out/app/Nin.GpuBenchmarks && -x $out/app/Nin.GpuConformance && -x $out/measure.sh ]]; }

fail() {
  echo "$1" >&2
  exit 1
}

needs="an SDK of .NET 10 (dotnet --version must answer in bench/gpu), or a folder bench/gpu/out that run.sh --build-only made on a machine that has one"
problem=
if ! has_sdk; then problem="there is no SDK of .NET here"; elif ! build; then rm -rf "$out/app.new" && problem="the build failed"; fi

if [[ "${1:-}" == --build-only ]]; then
  rm -f "$here/out.tar.gz"
  [[ -z $problem ]] || fail "Nothing was packed: $problem."
  # Documentation and symbols are left out.
  tar -C "$here" --exclude=out/results --exclude='*.xml' --exclude='*.pdb' -czf "$here/out.tar.gz" out
  ls -l "$here/out.tar.gz"
  exit
fi

if [[ -n $problem ]]; then
  is_finished || fail "Nothing to run: $problem. This needs $needs."
  echo "Running bench/gpu/out as it was built on $(date -r "$out/app/Nin.GpuBenchmarks" '+%F %T'): $problem." >&2
fi

case "${1:-}" in
  "") exec "$out/measure.sh" ;;
  *) exec "$out/app/Nin.GpuBenchmarks" "$@" ;;
esac
