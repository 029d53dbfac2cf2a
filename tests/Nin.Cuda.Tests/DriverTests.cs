using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Nin.Cuda.Tests;

/// <summary>Mistakes of a program, found on the way through ILGPU's runtime.</summary>
public sealed class DriverTests : IDisposable
{
    const int Threads = 64;

    readonly Context context;
    readonly CudaAccelerator accelerator;

    public DriverTests()
    {
        using (Device.Open("cuda:0"))
        {
            // Nin tells ILGPU how the driver's file is called.
        }

        context = Context.Create(b => b.EnableNin().Cuda());
        accelerator = context.CreateCudaAccelerator(0);
    }

    public void Dispose()
    {
        SimulatedDriver.Recover();
        accelerator.Dispose();
        context.Dispose();
    }

    [SimulatedFact]
    public void A_fault_of_a_kernel_is_an_exception_that_says_where()
    {
        var kernel = accelerator.LoadKernel<ArrayView<float>>(Next);
        using var buffer = accelerator.Allocate1D(new float[Threads]);
        kernel(accelerator.DefaultStream, new KernelConfig(1, Threads), buffer.View);
        accelerator.Invoking(a => a.Synchronize()).Should().Throw<CudaException>().WithMessage("*memcheck*line*thread 63*ld.global.f32*");
        SimulatedDriver.Recover();
    }

    [SimulatedFact]
    public void Memory_that_is_freed_under_a_queued_kernel_is_found()
    {
        var kernel = accelerator.LoadKernel<ArrayView<float>>(One);
        var buffer = accelerator.Allocate1D(new float[Threads]);
        kernel(accelerator.DefaultStream, new KernelConfig(1, Threads), buffer.View);
        buffer.Invoking(b => b.Dispose()).Should().Throw<CudaException>().WithMessage("*freed while*queued*");
        SimulatedDriver.Recover();
        accelerator.Synchronize();
    }

    [SimulatedFact]
    public void An_access_beyond_a_buffer_of_a_device_is_found_although_others_follow_it()
    {
        using var device = Device.Open("cuda:0");
        using DeviceBuffer first = device.Allocate(Threads), second = device.Allocate(Threads);
        first.View.CopyFrom(new float[Threads]);
        second.View.CopyFrom(new float[Threads]);
        var kernel = ((AcceleratorDevice)device).Accelerator.LoadKernel<ArrayView<float>>(Next);
        kernel(((AcceleratorDevice)device).Accelerator.DefaultStream, new KernelConfig(1, Threads), ((AcceleratorBuffer)first).Whole);
        device.Invoking(d => d.Synchronize()).Should().Throw<CudaException>().WithMessage("*memcheck*");
        SimulatedDriver.Recover();
    }

    [SimulatedTheory]
    [InlineData(true)]
    [InlineData(false)]
    public unsafe void A_copy_or_a_fill_beyond_an_allocation_is_found(bool fills)
    {
        const int Bytes = Threads * sizeof(float);
        using var buffer = accelerator.Allocate1D(new float[Threads]);
        float* source = stackalloc float[Threads + 1];
        int code = fills
            ? ((delegate* unmanaged<nint, byte, nint, nint, int>)SimulatedDriver.Function("cuMemsetD8Async"))(buffer.NativePtr, 0, Bytes + 1, 0)
            : ((delegate* unmanaged<nint, nint, nint, nint, int>)SimulatedDriver.Function("cuMemcpyAsync"))(buffer.NativePtr, (nint)source, Bytes + sizeof(float), 0);
        code.Should().NotBe(0);
        accelerator.Invoking(a => a.Synchronize()).Should().Throw<CudaException>().WithMessage(fills ? "*bytes are filled beyond an allocation*" : "*a copy of 260 bytes writes beyond an allocation of 256*");
        SimulatedDriver.Recover();
    }

    [SimulatedTheory]
    [InlineData("mov.u32 %r1, %nsmid.x;", "special register %nsmid.x")]
    [InlineData("add.sat.s32 %r1, %r1, 1;", "add.sat.s32")]
    public unsafe void A_module_with_something_that_is_not_simulated_does_not_load(string instruction, string what)
    {
        const int InvalidPtx = 218;
        string text = $".version 8.0\n.target sm_90\n.address_size 64\n.visible .entry Kernel(\n.param .b64 x\n)\n{{\n.reg .b32 %r<3>;\nmov.u32 %r1, 1;\n{instruction}\nret;\n}}";
        nint module, message;
        fixed (byte* bytes = System.Text.Encoding.UTF8.GetBytes(text + '\0'))
            ((delegate* unmanaged<nint*, byte*, int>)SimulatedDriver.Function("cuModuleLoadData"))(&module, bytes).Should().Be(InvalidPtx);
        ((delegate* unmanaged<int, nint*, int>)SimulatedDriver.Function("cuGetErrorString"))(InvalidPtx, &message);
        System.Runtime.InteropServices.Marshal.PtrToStringUTF8(message).Should().Contain(what).And.Contain("is not simulated");
        SimulatedDriver.Recover();
    }

    [SimulatedFact]
    public void Memory_that_the_device_does_not_have_is_refused_in_numbers()
    {
        using var device = Device.Open("cuda:0");
        device.Invoking(d => d.Allocate(3L << 30)).Should().Throw<InsufficientMemoryException>().WithMessage("cuda:0 cannot give 12,884,901,888 bytes*");
        using var buffer = device.Allocate(1000);
        buffer.Length.Should().Be(1000, "a refusal breaks nothing");
    }

    static void Next(ArrayView<float> x) => x[Group.IdxX] = x[Group.IdxX + 1];

    static void One(ArrayView<float> x) => x[Group.IdxX] = 1;
}

/// <summary>That the other tests are not skipped where they have to run.</summary>
public sealed class DriverPresenceTests
{
    [Fact]
    public void The_driver_was_built_where_it_is_demanded()
    {
        if (SimulatedDriver.IsDemanded) SimulatedDriver.Missing.Should().BeNull("NIN_SIMULATED_CUDA is all");
    }
}
