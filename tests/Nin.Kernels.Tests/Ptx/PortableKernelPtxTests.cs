using System.Reflection;
using ILGPU;
using Nin.Ops;

namespace Nin.Kernels.Tests.Ptx;

/// <summary>A kernel is a static method of Nin.Kernels whose name ends in <c>Kernel</c>: a new one is covered by its name alone.</summary>
public sealed class PortableKernelPtxTests(PtxCompiler compiler) : IClassFixture<PtxCompiler>
{
    static readonly string[] Spaces = ["global.", "shared.", "param.", "const."];
    const BindingFlags Static = LibraryKernels.Static;

    public static TheoryData<string, string> Kernels()
    {
        var data = new TheoryData<string, string>();
        foreach (var method in LibraryKernels.All()) data.Add(method.DeclaringType!.ToString(), method.Name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_kernel_compiles_for_cuda_and_keeps_everything_in_registers(string type, string method)
    {
        string[] lines = compiler.Compile(LibraryKernels.Find(type, method)).Split('\n', StringSplitOptions.TrimEntries);

        lines.Should().Contain(".target sm_80").And.Contain(l => l.StartsWith(".visible .entry", StringComparison.Ordinal));
        lines.Where(l => l.Contains(".local", StringComparison.Ordinal)).Should()
            .BeEmpty("an indexed array, or an address that was taken, puts values in local memory");
        lines.Where(l => l.StartsWith("atom.", StringComparison.Ordinal) || l.StartsWith("red.", StringComparison.Ordinal)).Should()
            .BeEmpty("the order of atomic additions is not fixed");
    }

    [PtxasTheory]
    [MemberData(nameof(Kernels))]
    public void A_kernel_assembles_for_an_h100_without_spills(string type, string method)
    {
        var assembled = Ptxas.Assemble(compiler.Compile(LibraryKernels.Find(type, method)));
        assembled.SpilledBytes.Should().Be(0, "{0} registers are all that the blocks which are to run at a time leave a thread", assembled.Registers);
        assembled.StackBytes.Should().Be(0);
    }

    [PtxasTheory]
    [MemberData(nameof(ElementKernels))]
    public void Half_of_the_threads_of_a_multiprocessor_run_a_kernel_over_elements_at_a_time(string type, string method) =>
        Ptxas.Assemble(compiler.Compile(LibraryKernels.Find(type, method))).Registers.Should().BeLessThanOrEqualTo(64, "1,024 threads share 65,536 registers");

    /// <summary>Kernels that do little for each element: all but products, and the trees over their leaves, which divide once for many.</summary>
    public static TheoryData<string, string> ElementKernels()
    {
        string[] others = ["ImplicitGemm", "GemmKernel", "Gradient", "LeafSums", "TreeSum"];
        var data = new TheoryData<string, string>();
        foreach (var method in LibraryKernels.All().Where(m => !others.Any(o => m.DeclaringType!.Name.Contains(o, StringComparison.Ordinal))))
            data.Add(method.DeclaringType!.ToString(), method.Name);
        return data;
    }

    [Theory]
    [MemberData(nameof(ElementKernels))]
    public void A_kernel_over_elements_does_not_divide_in_64_bits(string type, string method) =>
        compiler.Compile(LibraryKernels.Find(type, method)).Split('\n', StringSplitOptions.TrimEntries)
            .Where(l => l.StartsWith("div.s64", StringComparison.Ordinal) || l.StartsWith("rem.s64", StringComparison.Ordinal)
                || l.StartsWith("div.u64", StringComparison.Ordinal) || l.StartsWith("rem.u64", StringComparison.Ordinal))
            .Should().BeEmpty("it is seventy instructions: Divisor divides by a product and a shift");

    [Fact]
    public void Packed_panels_are_read_four_numbers_at_a_time() =>
        compiler.Compile(typeof(ThreadImplicitGemm).GetMethod("GemmKernel", Static)!).Should().Contain("ld.global.v4.f32");

    [Theory]
    [InlineData(typeof(WorkGroupGemmKernel<WorkGroup128x128, Float4Loader>), 5)]
    [InlineData(typeof(WorkGroupGemmKernel<WorkGroup128x96, Float4Loader>), 6)]
    [InlineData(typeof(WorkGroupGemmKernel<WorkGroup64x64, Float4Loader>), 8)]
    [InlineData(typeof(WorkGroupGradientKernel<WorkGroup128x128, Float4Loader>), 4)]
    [InlineData(typeof(WorkGroupGradientKernel<WorkGroup64x64, Float4Loader>), 8)]
    public void Work_groups_read_four_numbers_at_a_time_and_multiply_out_of_shared_memory(Type type, int least)
    {
        string[] lines = compiler.Compile(type.GetMethod("Kernel", Static)!).Split('\n', StringSplitOptions.TrimEntries);
        Count("ld.global.v4.f32").Should().BeGreaterThanOrEqualTo(least);
        Count("st.global.v4.f32").Should().BePositive();
        Count("ld.shared.v4.f32").Should().Be(32, "eight steps of k read two blocks of each operand");
        Count("fma.rn.f32").Should().Be(8 * 64, "eight steps of k are written out");
        Count("bar.sync").Should().Be(2, "one barrier before the loop over buffers and one in it");

        // The loop is what lies between the first block out of shared memory and the last multiply-add.
        int first = Array.FindIndex(lines, l => l.StartsWith("ld.shared.v4", StringComparison.Ordinal));
        int last = Array.FindLastIndex(lines, l => l.StartsWith("fma.rn", StringComparison.Ordinal));
        lines[first..last].Where(l => l.StartsWith("ld.", StringComparison.Ordinal)).Should().OnlyContain(l => l.StartsWith("ld.shared.v4.f32", StringComparison.Ordinal));
        lines[first..last].Where(l => l.StartsWith("bra", StringComparison.Ordinal) || l.StartsWith('@')).Should().BeEmpty();

        int Count(string instruction) => lines.Count(l => l.StartsWith(instruction, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_kernel_knows_where_its_memory_is(string type, string method) =>
        compiler.Compile(LibraryKernels.Find(type, method)).Split('\n', StringSplitOptions.TrimEntries).Where(l => IsGeneric(l, "ld.") || IsGeneric(l, "st.")).Should()
            .BeEmpty("a generic address costs a look-up at each access");

    // ld.param and ld.const are no memory accesses of a kernel's own; what names no space is generic.
    static bool IsGeneric(string line, string access) =>
        line.StartsWith(access, StringComparison.Ordinal) && !Spaces.Any(s => line.StartsWith(access + s, StringComparison.Ordinal));

    [Theory]
    [InlineData(typeof(ThreadImplicitGemm), "GemmKernel")]
    [InlineData(typeof(ThreadWeightGradient), "GradientKernel")]
    public void Products_and_sums_are_one_instruction(Type type, string method) =>
        compiler.Compile(type.GetMethod(method, Static)!).Should().Contain("fma.rn.f32").And.NotContain("mul.rn.f32");

    [Theory]
    [InlineData("add.f32 %f1, %f2, %f3;", "add.rn.f32 %f1, %f2, %f3;")]
    [InlineData("@%p1 mul.f32 %f1, %f2, %f3;", "@%p1 mul.rn.f32 %f1, %f2, %f3;")]
    [InlineData("sub.f64 %d1, %d2, %d3;", "sub.rn.f64 %d1, %d2, %d3;")]
    [InlineData("atom.global.add.f32 %f1, [%r1], %f2;", "atom.global.add.f32 %f1, [%r1], %f2;")]
    [InlineData("mul.lo.s32 %r1, %r2, %r3;", "mul.lo.s32 %r1, %r2, %r3;")]
    public void Sums_and_products_say_how_they_round(string written, string rounded) => PtxRounding.AsWritten(written).Should().Be(rounded);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void No_compiler_fuses_what_a_kernel_does_not(string type, string method) =>
        compiler.Compile(LibraryKernels.Find(type, method)).Split('\n', StringSplitOptions.TrimEntries)
            .Where(l => l.Contains(" add.f", StringComparison.Ordinal) || l.StartsWith("add.f", StringComparison.Ordinal) || l.StartsWith("mul.f", StringComparison.Ordinal)
                || l.StartsWith("sub.f", StringComparison.Ordinal))
            .Should().BeEmpty("what may be contracted is rounded otherwise in one kernel than in another");

    // Eight steps of k at a time, two times: four fragments of four numbers and eight, or four, of two are rounded, and split where a product is accurate to float32.
    [Theory]
    [InlineData(typeof(TensorGemmKernel<WorkGroup128x128, Float4Loader, Tf32x3Products>), 2 * 3 * 32, 2 * 2 * (16 + 16))]
    [InlineData(typeof(TensorGradientKernel<WorkGroup128x128, Float4Loader, Tf32x3Products>), 2 * 3 * 32, 2 * 2 * (16 + 16))]
    [InlineData(typeof(TensorGemmKernel<WorkGroup128x128, Float4Loader, Tf32Product>), 2 * 32, 2 * (16 + 16))]
    [InlineData(typeof(TensorGradientKernel<WorkGroup128x96, FloatLoader, Tf32Product>), 2 * 16, 2 * (16 + 8))]
    public void Tensor_cores_multiply_rounded_operands(Type type, int products, int roundings)
    {
        string[] lines = compiler.Compile(type.GetMethod("Kernel", Static)!).Split('\n', StringSplitOptions.TrimEntries);
        lines.Count(l => l.StartsWith("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", StringComparison.Ordinal)).Should().Be(products);
        lines.Count(l => l.StartsWith("cvt.rna.tf32.f32", StringComparison.Ordinal)).Should().Be(roundings);
        lines.Should().Contain(l => l.StartsWith("cp.async.c", StringComparison.Ordinal)).And.NotContain(l => l.StartsWith("st.shared", StringComparison.Ordinal));
        lines.Count(l => l.StartsWith("cp.async.commit_group", StringComparison.Ordinal)).Should().Be(1);
        lines.Count(l => l.StartsWith("cp.async.wait_group", StringComparison.Ordinal)).Should().Be(1);
        lines.Should().Contain(l => l.StartsWith("ld.shared.f32", StringComparison.Ordinal));
        lines.Should().NotContain(l => l.StartsWith("fma.rn", StringComparison.Ordinal));
        lines.Count(l => l.StartsWith("bar.sync", StringComparison.Ordinal)).Should().Be(2);
    }

    [Fact]
    public void Every_launch_has_a_kernel_that_these_tests_find()
    {
        // A launcher is a field whose delegate takes a stream and a launch configuration; each has its own kernel beside it.
        foreach (var type in LibraryKernels.Types())
        {
            int launchers = type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
                .Count(f => typeof(Delegate).IsAssignableFrom(f.FieldType) && f.FieldType.GenericTypeArguments is [var s, var c, ..]
                    && s == typeof(DeviceStream) && c == typeof(KernelConfig));
            LibraryKernels.All().Count(m => m.DeclaringType == type).Should().Be(launchers, "{0} launches as many kernels", type.Name);
        }

        LibraryKernels.All().Should().HaveCountGreaterThan(20);
    }
}
