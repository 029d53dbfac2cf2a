using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.OpenCL;
using Nin.Ops;

namespace Nin.Kernels.Tests.Devices;

/// <summary>Accelerators that the host program opened itself.</summary>
public sealed class HostAcceleratorTests
{
    [Theory]
    [InlineData(OptimizationLevel.O0, false)]
    [InlineData(OptimizationLevel.O1, true)]
    [InlineData(OptimizationLevel.O2, false)]
    [InlineData(OptimizationLevel.O2, true)]
    public void A_hosts_processor_accelerator_runs_kernels_and_stays_the_hosts(OptimizationLevel level, bool algorithms)
    {
        using var context = Context.Create(builder =>
        {
            builder.Optimize(level).CPU(new CPUDevice(2, 1, 1));
            if (algorithms) builder.EnableAlgorithms();
        });
        using var accelerator = context.CreateCPUAccelerator(0);
        using (var device = Device.From(accelerator))
        {
            device.Kind.Should().Be(DeviceKind.Emulator);
            ShouldCompute(device);
        }

        using var buffer = accelerator.Allocate1D<float>(3);
        buffer.Length.Should().Be(3, "the accelerator is still open");
    }

    [OpenClTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hosts_opencl_accelerator_computes_or_is_refused_with_what_its_context_lacks(bool enabled)
    {
        using var context = Context.Create(builder =>
        {
            builder.Optimize(OptimizationLevel.O2).EnableAlgorithms().OpenCL(d =>
            {
                NativeLibraries.SetGenericAddressSpace(d.Capabilities, true);
                return true;
            });
            if (enabled) builder.EnableNin();
        });
        using var accelerator = context.GetCLDevices()[0].CreateAccelerator(context);
        if (enabled)
        {
            using var device = Device.From(accelerator);
            ShouldCompute(device);
            return;
        }

        FluentActions.Invoking(() => Device.From(accelerator)).Should().Throw<ArgumentException>()
            .WithMessage("*cannot run the kernels*Create its context with builder.EnableNin()*");
    }

    static void ShouldCompute(Device device)
    {
        using var stream = device.CreateStream();
        using var logits = device.Allocate(4);
        using var results = device.Allocate(3);
        logits.View.CopyFrom([1f, 1f, 1f, 1f]);
        results.View.Slice(0, 1).CopyFrom((int[])[2]);
        device.Kernels.Get<ISoftmaxCrossEntropy>().Run(
            stream, classes: 4, n: 1, logits.View, results.View.Slice(0, 1), scale: 1, results.View.Slice(1, 1), results.View.Slice(2, 1), dlogits: default);
        results.View.ToArray()[1].Should().BeApproximately(MathF.Log(4), 1e-6f);
    }
}
