using System.Diagnostics;
using System.Runtime.CompilerServices;
using Nin.Shapes.Sizes;

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
    public void Memory_of_a_step_stays_while_it_runs_although_nothing_else_holds_it()
    {
        using var device = Device.Open("cpu", threads: 1);
        using var stream = device.CreateStream();
        using var batch = device.Allocate(Length);
        var tally = new Tally();
        // Code that is not optimised holds its arguments to the end: the runtime optimises what ran often.
        var clock = Stopwatch.StartNew();
        do RunForgottenStep(tally, stream, batch.View);
        while (clock.Elapsed < TimeSpan.FromSeconds(2));

        tally.IsCollecting = true;
        for (int run = 0; run < 10; run++) RunForgottenStep(tally, stream, batch.View);
        (tally.Runs, tally.Lost).Should().Be((10, 0));
    }

    [Fact]
    public void Memory_that_a_merge_writes_stays_while_it_runs_although_nothing_else_holds_it()
    {
        using var device = Device.Open("cpu", threads: 1);
        using var stream = device.CreateStream();
        using var batch = device.Allocate(Length);
        var tally = new Tally();
        var merge = new CollectingMerge(device, tally);
        var clock = Stopwatch.StartNew();
        do RunForgottenMerge(merge, stream, batch.View);
        while (clock.Elapsed < TimeSpan.FromSeconds(2));

        tally.IsCollecting = true;
        for (int run = 0; run < 10; run++) RunForgottenMerge(merge, stream, batch.View);
        (tally.Runs, tally.Lost).Should().Be((10, 0));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void RunForgottenMerge(CollectingMerge merge, DeviceStream stream, DeviceView view) =>
        merge.Forward(new Pass(stream, 1), [view, view], stream.Device.Allocate(Length).View);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void RunForgottenStep(Tally tally, DeviceStream stream, DeviceView view) =>
        new CollectingStep(stream.Device, tally).Infer(new Pass(stream, 1), view, view);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Forget(Device device) => device.Allocate(Length);

    static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    sealed class Tally
    {
        public bool IsCollecting { get; set; }

        public int Runs { get; set; }

        public int Lost { get; set; }
    }

    /// <summary>Takes a pointer into its output, as ops do, and has collected what only the pointer leads to.</summary>
    sealed class CollectingMerge(Device device, Tally tally)
        : MergeStep([Shape.Flat(Length), Shape.Flat(Length)], Shape.Flat(Length), StepMemory.Linear)
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override unsafe void ForwardCore(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y)
        {
            var (on, into) = (device, tally);
            float* pointer = y.Pointer;
            if (!into.IsCollecting) return;
            Collect();
            into.Runs++;
            if (pointer is not null && on.AllocatedBytes < 2 * Length * sizeof(float)) into.Lost++;
        }

        protected override void BackwardCore(
            in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate, ReadOnlySpan<DeviceView> inputs, DeviceView y)
        {
        }
    }

    /// <summary>Takes a pointer into its own memory, as ops do into parameters, and has collected what only the pointer leads to.</summary>
    sealed class CollectingStep(Device device, Tally tally) : Step(Shape.Flat(Length), Shape.Flat(Length))
    {
        readonly DeviceBuffer weights = device.Allocate(Length);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override unsafe void InferCore(in Pass pass, DeviceView x, DeviceView y)
        {
            var (on, into) = (device, tally);
            float* pointer = weights.View.Pointer;
            if (!into.IsCollecting) return;
            Collect();
            into.Runs++;
            if (pointer is not null && on.AllocatedBytes < 2 * Length * sizeof(float)) into.Lost++;
        }

        protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

        protected override void BackwardCore(in Pass pass, in Operands o)
        {
        }
    }
}
