using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;
using Nin.Benchmarks.Peak;
using Nin.Ops;

namespace Nin.Benchmarks.Gpu;

/// <summary>
/// What a device reaches where nothing but multiply-adds on registers is to be done: 32 sums a thread. Where OpenCL runs on the processor,
/// it is the processor's own loop, because OpenCL's compiler leaves most of its lanes empty.
/// </summary>
sealed class FmaRate : IDisposable
{
    const int Steps = 4096;
    const int GroupSize = 64;
    const int GroupsPerMultiprocessor = 32;
    const int SumsPerThread = 32;

    readonly AcceleratorDevice? device;
    readonly CpuDevice? cpu;
    readonly FmaPeak? peak;
    readonly DeviceBuffer? results;
    readonly Action<KernelConfig, int, float, ArrayView<float>>? launch;

    FmaRate(Device device)
    {
        this.device = device as AcceleratorDevice;
        bool isGpu = this.device?.Accelerator is { } accelerator and not CLAccelerator { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };
        if (!isGpu || device.Kind == DeviceKind.Emulator)
        {
            cpu = new CpuDevice(threads: 0);
            peak = new FmaPeak(cpu);
            return;
        }

        results = device.Allocate((long)Groups * GroupSize);
        launch = this.device!.Accelerator.LoadStreamKernel<int, float, ArrayView<float>>(LoopKernel);
    }

    int Groups => device!.Accelerator.NumMultiprocessors * GroupsPerMultiprocessor;

    public static FmaRate On(Device device) => new(device);

    /// <summary>Operations a second, a multiply-add counted as two, in 10^9.</summary>
    public double Measure()
    {
        if (peak is not null) return peak.Measure();
        long start = Stopwatch.GetTimestamp();
        launch!(new KernelConfig(Groups, GroupSize), Steps, 0.999f, results!.View.Array);
        device!.Synchronize();
        return 2e-9 * Groups * GroupSize * SumsPerThread * (double)Steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose()
    {
        results?.Dispose();
        peak?.Dispose();
        cpu?.Dispose();
    }

    static void LoopKernel(int steps, float factor, ArrayView<float> results)
    {
        // No two sums begin alike, or a compiler could keep one for both.
        Float8 a = From(Group.IdxX), b = From(Group.IdxX + 8), c = From(Group.IdxX + 16), d = From(Group.IdxX + 24), ones;
        ones.S0 = ones.S1 = ones.S2 = ones.S3 = ones.S4 = ones.S5 = ones.S6 = ones.S7 = factor;
        for (int i = 0; i < steps; i++)
        {
            a = Step(a, factor, ones);
            b = Step(b, factor, ones);
            c = Step(c, factor, ones);
            d = Step(d, factor, ones);
        }

        var sum = Float8.Add(Float8.Add(a, b), Float8.Add(c, d));
        results[Grid.IdxX * Group.DimX + Group.IdxX] = sum.S0 + sum.S1 + sum.S2 + sum.S3 + sum.S4 + sum.S5 + sum.S6 + sum.S7;
    }

    static Float8 From(float first)
    {
        Float8 sums;
        sums.S0 = first;
        sums.S1 = first + 1;
        sums.S2 = first + 2;
        sums.S3 = first + 3;
        sums.S4 = first + 4;
        sums.S5 = first + 5;
        sums.S6 = first + 6;
        sums.S7 = first + 7;
        return sums;
    }

    // Each product reads the sum itself, so that nothing is known before the loop runs.
    static Float8 Step(Float8 sum, float factor, Float8 added)
    {
        sum.S0 = FusedMultiplyAdd.Of(sum.S0, factor, added.S0);
        sum.S1 = FusedMultiplyAdd.Of(sum.S1, factor, added.S1);
        sum.S2 = FusedMultiplyAdd.Of(sum.S2, factor, added.S2);
        sum.S3 = FusedMultiplyAdd.Of(sum.S3, factor, added.S3);
        sum.S4 = FusedMultiplyAdd.Of(sum.S4, factor, added.S4);
        sum.S5 = FusedMultiplyAdd.Of(sum.S5, factor, added.S5);
        sum.S6 = FusedMultiplyAdd.Of(sum.S6, factor, added.S6);
        sum.S7 = FusedMultiplyAdd.Of(sum.S7, factor, added.S7);
        return sum;
    }
}
