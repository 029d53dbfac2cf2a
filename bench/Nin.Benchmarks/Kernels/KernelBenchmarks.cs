using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Nin.Benchmarks.Kernels;

/// <summary>Single kernels under BenchmarkDotNet.</summary>
static class KernelBenchmarks
{
    /// <summary>Runs all, or those that BenchmarkDotNet's own options name (<c>--filter *Convolution*</c>).</summary>
    public static int Run(string[] args)
    {
        // In this process: a generated project would not find the checkout's central package versions.
        var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
        var config = DefaultConfig.Instance.AddJob(job).AddDiagnoser(MemoryDiagnoser.Default);
        string[] all = args.Length > 0 ? args : ["--filter", "*"];
        BenchmarkSwitcher.FromTypes([typeof(Convolutions), typeof(ChannelOps)]).Run(all, config);
        return 0;
    }
}
