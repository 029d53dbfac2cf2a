using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Nin.Cuda.Tests;

/// <summary>The simulated driver captures streams as CUDA's does, and refuses what CUDA's refuses meanwhile (CUDA C++ Programming Guide, "Creating a Graph Using Stream Capture").</summary>
public sealed unsafe class CaptureTests : IDisposable
{
    const int Threads = 32, Global = 0, ThreadLocal = 1, Relaxed = 2;
    const int IllegalState = 401, Unsupported = 900, Invalidated = 901, Isolation = 905, WrongThread = 908;

    readonly Context context;
    readonly CudaAccelerator accelerator;
    readonly CudaStream stream;
    readonly MemoryBuffer1D<float, Stride1D.Dense> buffer;
    readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>> add;

    public CaptureTests()
    {
        using (Device.Open("cuda:0"))
        {
            // Nin tells ILGPU how the driver's file is called.
        }

        context = Context.Create(b => b.EnableNin().Cuda());
        accelerator = context.CreateCudaAccelerator(0);
        stream = (CudaStream)accelerator.CreateStream();
        buffer = accelerator.Allocate1D(new float[Threads]);
        add = accelerator.LoadKernel<ArrayView<float>>(AddOne);
    }

    public void Dispose()
    {
        End(out _);
        SimulatedDriver.Recover();
        accelerator.Synchronize();
        buffer.Dispose();
        stream.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }

    [SimulatedFact]
    public void What_is_captured_runs_as_often_as_its_graph_is_launched_and_not_before()
    {
        nint executable;
        Begin(Relaxed).Should().Be(0);
        Launch();
        Launch();
        End(out nint graph).Should().Be(0);
        stream.Synchronize();
        Value().Should().Be(0);
        ((delegate* unmanaged<nint*, nint, ulong, int>)SimulatedDriver.Function("cuGraphInstantiateWithFlags"))(&executable, graph, 0).Should().Be(0);
        var launch = (delegate* unmanaged<nint, nint, int>)SimulatedDriver.Function("cuGraphLaunch");
        for (int i = 0; i < 3; i++) launch(executable, stream.StreamPtr).Should().Be(0);
        stream.Synchronize();
        Value().Should().Be(6);
        Call("cuGraphDestroy", graph).Should().Be(0);
        Call("cuGraphExecDestroy", executable).Should().Be(0);
        launch(executable, stream.StreamPtr).Should().NotBe(0);
    }

    [SimulatedFact]
    public void Waiting_for_the_stream_or_the_device_spoils_a_capture()
    {
        Spoilt(Relaxed, () => Call("cuStreamSynchronize", stream.StreamPtr)).Should().Be(Unsupported);
        Spoilt(Relaxed, () => ((delegate* unmanaged<int>)SimulatedDriver.Function("cuCtxSynchronize"))()).Should().Be(Unsupported);
    }

    [SimulatedFact]
    public void Allocating_spoils_a_capture_unless_it_is_relaxed()
    {
        Spoilt(Global, Allocate).Should().Be(Unsupported);
        Spoilt(ThreadLocal, Allocate).Should().Be(Unsupported);
        Begin(Relaxed);
        Allocate().Should().Be(0);
        End(out nint graph).Should().Be(0);
        Call("cuGraphDestroy", graph);
        // Another thread is forbidden it by the first mode alone.
        Spoilt(Global, () => OnAnotherThread(Allocate)).Should().Be(Unsupported);
        Begin(ThreadLocal);
        OnAnotherThread(Allocate).Should().Be(0);
        OnAnotherThread(() => End(out _)).Should().Be(WrongThread);
        End(out graph).Should().Be(0);
        Call("cuGraphDestroy", graph);
    }

    [SimulatedFact]
    public void Orders_that_a_capture_cannot_have_are_refused()
    {
        nint mark;
        End(out _).Should().Be(IllegalState);
        Call("cuStreamBeginCapture_v2", 0, Relaxed).Should().Be(Unsupported, "the default stream is not captured");
        Spoilt(Relaxed, () => Begin(Relaxed), spoils: false).Should().Be(IllegalState);
        ((delegate* unmanaged<nint*, uint, int>)SimulatedDriver.Function("cuEventCreate"))(&mark, 0);
        nint recorded = mark;
        Call("cuEventRecord", mark, 0).Should().Be(0);
        Spoilt(Relaxed, () => ((delegate* unmanaged<nint, nint, uint, int>)SimulatedDriver.Function("cuStreamWaitEvent"))(stream.StreamPtr, recorded, 0)).Should().Be(Isolation);
        Call("cuEventDestroy_v2", mark);
    }

    [SimulatedFact]
    public void The_default_stream_does_not_wait_for_a_blocking_stream_that_captures()
    {
        nint blocking;
        ((delegate* unmanaged<nint*, uint, int>)SimulatedDriver.Function("cuStreamCreate"))(&blocking, 0).Should().Be(0);
        Call("cuStreamBeginCapture_v2", blocking, Relaxed).Should().Be(0);
        LaunchOn(accelerator.DefaultStream).Should().Throw<CudaException>().WithMessage("*CaptureImplicit*");
        End(out _, blocking).Should().Be(Invalidated);
        Call("cuStreamDestroy_v2", blocking);
        // Streams that do not block are no business of the default one.
        Begin(Relaxed);
        LaunchOn(accelerator.DefaultStream).Should().NotThrow();
        End(out nint graph).Should().Be(0);
        Call("cuGraphDestroy", graph);
    }

    // What a call gives within a capture that has a launch; it must spoil the capture.
    int Spoilt(int mode, Func<int> call, bool spoils = true)
    {
        Begin(mode).Should().Be(0);
        Launch();
        int code = call();
        End(out nint graph).Should().Be(spoils ? Invalidated : 0);
        if (graph != 0) Call("cuGraphDestroy", graph);
        return code;
    }

    int Begin(int mode) => Call("cuStreamBeginCapture_v2", stream.StreamPtr, mode);

    int End(out nint graph, nint? of = null)
    {
        nint captured;
        int code = ((delegate* unmanaged<nint, nint*, int>)SimulatedDriver.Function("cuStreamEndCapture"))(of ?? stream.StreamPtr, &captured);
        graph = captured;
        return code;
    }

    void Launch() => add(stream, new KernelConfig(1, Threads), buffer.View);

    Action LaunchOn(AcceleratorStream on) => () => add(on, new KernelConfig(1, Threads), buffer.View);

    float Value() => buffer.View.GetAsArray1D()[Threads - 1];

    static int Allocate()
    {
        nint address;
        int code = ((delegate* unmanaged<nint*, nint, int>)SimulatedDriver.Function("cuMemAlloc_v2"))(&address, 256);
        return code;
    }

    static int OnAnotherThread(Func<int> call)
    {
        int code = -1;
        var thread = new Thread(() => code = call());
        thread.Start();
        thread.Join();
        return code;
    }

    static int Call(string name, nint handle) => ((delegate* unmanaged<nint, int>)SimulatedDriver.Function(name))(handle);

    static int Call(string name, nint handle, nint other) => ((delegate* unmanaged<nint, nint, int>)SimulatedDriver.Function(name))(handle, other);

    static void AddOne(ArrayView<float> x) => x[Group.IdxX] += 1;
}
