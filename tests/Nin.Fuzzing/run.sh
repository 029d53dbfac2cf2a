#!/usr/bin/env bash
# Fuzzes one format: run.sh FORMAT [SECONDS]. Findings are files under artifacts/fuzzing/FORMAT/default/crashes and hangs.
set -euo pipefail
cd "$(dirname "$0")"
format=$1 seconds=${2:-600} out=../../artifacts/fuzzing bin=../../artifacts/fuzzing/bin
if [ ! -e "$bin/instrumented" ]; then
    dotnet build -c Release -o "$bin" --nologo
    [ -x "$out/tools/sharpfuzz" ] || dotnet tool install --tool-path "$out/tools" SharpFuzz.CommandLine --version 2.3.0
    for library in Nin.Model Nin.App Nin.Onnx; do "$out/tools/sharpfuzz" "$bin/$library.dll"; done
    touch "$bin/instrumented"
fi
dotnet "$bin/Nin.Fuzzing.dll" seeds "$format" "$out/seeds/$format"
export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 DOTNET_TieredCompilation=0
nice -n 19 afl-fuzz -i "$out/seeds/$format" -o "$out/$format" -t 10000 -m none -V "$seconds" dotnet "$bin/Nin.Fuzzing.dll" fuzz "$format"
grep -E 'run_time|execs_done|edges_found|corpus_count|saved_crashes|saved_hangs' "$out/$format/default/fuzzer_stats"
