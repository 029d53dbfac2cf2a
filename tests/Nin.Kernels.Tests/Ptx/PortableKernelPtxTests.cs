using System.Reflection;
using ILGPU;
using Nin.Ops;

namespace Nin.Kernels.Tests.Ptx;

/// <summary>A kernel is a static method of Nin.Kernels whose name ends in <c>Kernel</c>: a new one is covered by its name alone.</summary>
public sealed class PortableKernelPtxTests(PtxCompiler compiler) : IClassFixture<PtxCompiler>
{
    const string Suffix = "Kernel";
    const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static TheoryData<string, string> Kernels()
    {
        var data = new TheoryData<string, string>();
        foreach (var method in KernelMethods()) data.Add(method.DeclaringType!.FullName!, method.Name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_kernel_compiles_for_cuda_and_keeps_everything_in_registers(string type, string method)
    {
        string[] lines = compiler.Compile(Method(type, method)).Split('\n', StringSplitOptions.TrimEntries);

        lines.Should().Contain(".target sm_80").And.Contain(l => l.StartsWith(".visible .entry", StringComparison.Ordinal));
        lines.Where(l => l.Contains(".local", StringComparison.Ordinal)).Should()
            .BeEmpty("an indexed array, or an address that was taken, puts values in local memory");
        lines.Where(l => l.StartsWith("atom.", StringComparison.Ordinal) || l.StartsWith("red.", StringComparison.Ordinal)).Should()
            .BeEmpty("the order of atomic additions is not fixed");
    }

    [Theory]
    [InlineData(typeof(WindowProduct), "ProductKernel")]
    [InlineData(typeof(PointwiseMlpForwardPortable), "Kernel")]
    [InlineData(typeof(PointwiseMlpBackwardData), "Kernel")]
    public void Weight_panels_are_read_four_numbers_at_a_time(Type type, string method) =>
        compiler.Compile(type.GetMethod(method, Static)!).Should().Contain("ld.global.v4.f32");

    [Theory]
    [InlineData(typeof(WindowProduct), "ProductKernel")]
    [InlineData(typeof(WindowGradient), "FullKernel")]
    public void Products_and_sums_are_one_instruction(Type type, string method) =>
        compiler.Compile(type.GetMethod(method, Static)!).Should().Contain("fma.rn.f32").And.NotContain("mul.f32");

    [Fact]
    public void Tensor_cores_multiply_rounded_operands() =>
        compiler.Compile(typeof(TensorCoreProduct).GetMethod("ProductKernel", Static)!).Should()
            .Contain("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32").And.Contain("cvt.rna.tf32.f32").And.NotContain(".local");

    [Theory]
    [InlineData(typeof(PointwiseMlpForwardPortable), "Kernel")]
    [InlineData(typeof(PointwiseMlpBackwardData), "Kernel")]
    public void A_pixels_perceptron_keeps_its_hidden_layer_in_shared_memory(Type type, string method) =>
        compiler.Compile(type.GetMethod(method, Static)!).Should().Contain("ld.shared.f32").And.Contain("st.shared.f32").And.Contain("bar.sync");

    [Fact]
    public void Every_launch_has_a_kernel_that_these_tests_find()
    {
        // A launcher is a field whose delegate takes a stream and a launch configuration; each has its own kernel beside it.
        foreach (var type in Types())
        {
            int launchers = type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
                .Count(f => typeof(Delegate).IsAssignableFrom(f.FieldType) && f.FieldType.GenericTypeArguments is [var s, var c, ..]
                    && s == typeof(DeviceStream) && c == typeof(KernelConfig));
            KernelMethods().Count(m => m.DeclaringType == type).Should().Be(launchers, "{0} launches as many kernels", type.Name);
        }

        KernelMethods().Should().HaveCountGreaterThan(20);
    }

    static IEnumerable<Type> Types() => typeof(KernelTable).Assembly.GetTypes().Where(t => t.Namespace == typeof(KernelTable).Namespace);

    static IEnumerable<MethodInfo> KernelMethods() =>
        Types().SelectMany(t => t.GetMethods(Static)).Where(m => m.Name.EndsWith(Suffix, StringComparison.Ordinal));

    static MethodInfo Method(string type, string method) => typeof(KernelTable).Assembly.GetType(type)!.GetMethod(method, Static)!;
}
