using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Nin.Kernels.Tests.Memory;

/// <summary>Memory that its owner forgot comes back, but not while an op still reads it through a pointer.</summary>
public sealed class ForgottenMemoryTests
{
    const int Length = 100;

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void A_forgotten_buffer_is_no_longer_counted(string id)
    {
        using var device = Device.Open(id, threads: 1);
        using var kept = device.Allocate(10);
        Forget(device);
        Collect();
        device.AllocatedBytes.Should().Be(40);
    }

    [Fact]
    public void A_buffer_that_is_given_back_by_two_threads_is_counted_once()
    {
        using var device = Device.Open("cpu", threads: 1);
        for (int run = 0; run < 50; run++)
        {
            var buffer = device.Allocate(10);
            Parallel.For(0, 4, _ => buffer.Dispose());
        }

        device.AllocatedBytes.Should().Be(0);
    }

    [Fact]
    public void Memory_stays_while_a_step_runs_although_nothing_else_holds_it()
    {
        using var device = Device.Open("cpu", threads: 1);
        using var stream = device.CreateStream();
        var step = new CollectingStep(device);
        // Code that is not optimised holds its arguments to the end: the runtime optimises what ran often.
        var clock = Stopwatch.StartNew();
        do RunOnForgottenMemory(step, device, stream);
        while (clock.Elapsed < TimeSpan.FromSeconds(2));

        step.IsCollecting = true;
        for (int run = 0; run < 10; run++) RunOnForgottenMemory(step, device, stream);
        step.Lost.Should().Be(0);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void RunOnForgottenMemory(Step step, Device device, DeviceStream stream) => step.Backward(
        new Pass(stream, 1), device.Allocate(Length).View, device.Allocate(Length).View, device.Allocate(Length).View,
        saved: new Saved(device.Allocate(Length).View, device.Allocate(Length).View));

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Forget(Device device) => device.Allocate(Length);

    static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>Takes pointers, as ops do, and has the memory collected that only they point into.</summary>
    [StepMemory(ReadsOutput = false, SavedPerInput = 1, SavedFixed = Length)]
    sealed class CollectingStep(Device device) : Step(Shape.Flat(Length), Shape.Flat(Length))
    {
        public bool IsCollecting { get; set; }

        public long Lost { get; private set; }

        protected override void InferCore(in Pass pass, DeviceView x, DeviceView y)
        {
        }

        protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved)
        {
        }

        protected override void BackwardCore(in Pass pass, in Operands o)
        {
            if (!IsCollecting) return;
            long before = device.AllocatedBytes;
            Collect();
            // What is left of earlier runs is gone by now; of this one's five buffers none may be.
            Lost += Math.Max(0, 5 * Length * sizeof(float) - device.AllocatedBytes);
            before.Should().BeGreaterThanOrEqualTo(5 * Length * sizeof(float));
        }
    }
}
