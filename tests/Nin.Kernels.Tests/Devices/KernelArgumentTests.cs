using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using Nin.Ops;

namespace Nin.Kernels.Tests.Devices;

/// <summary>Two launches are the same where all that their kernel sees is.</summary>
public sealed class KernelArgumentTests
{
    [Fact]
    public void Numbers_are_compared_by_their_bits()
    {
        KernelArgument<float>.Same(0f, 0f).Should().BeTrue();
        KernelArgument<float>.Same(0f, -0f).Should().BeFalse();
        KernelArgument<float>.Same(float.NaN, float.NaN).Should().BeTrue();
        var step = new SgdFactors(0.1f, 0, 0.9f, 1, 1, 0, 0);
        KernelArgument<SgdFactors>.Same(step, step with { Rate = 0.1f }).Should().BeTrue();
        KernelArgument<SgdFactors>.Same(step, step with { IsNesterov = 1 }).Should().BeFalse();
    }

    // The bytes between fields hold whatever was in memory before.
    [Fact]
    public void Bytes_that_no_field_fills_do_not_count()
    {
        var x = Over<Nested>(0x11) with { First = 1, Inner = Over<Gaps>(0x22) with { Small = 2, Large = 3, Kind = DeviceKind.Cuda } };
        var y = Over<Nested>(0x33) with { First = 1, Inner = Over<Gaps>(0x44) with { Small = 2, Large = 3, Kind = DeviceKind.Cuda } };
        Bytes(x).SequenceEqual(Bytes(y)).Should().BeFalse();
        KernelArgument<Nested>.Same(x, y).Should().BeTrue();
        KernelArgument<Nested>.Same(x, y with { First = 2 }).Should().BeFalse();
        KernelArgument<Nested>.Same(x, y with { Inner = y.Inner with { Small = 3 } }).Should().BeFalse();
        KernelArgument<Nested>.Same(x, y with { Inner = y.Inner with { Large = 3L << 56 } }).Should().BeFalse();
        KernelArgument<Nested>.Same(x, y with { Inner = y.Inner with { Kind = DeviceKind.Cpu } }).Should().BeFalse();
        KernelArgument<Empty>.Same(Over<Empty>(1), Over<Empty>(2)).Should().BeTrue();

        static T Over<T>(byte filled)
            where T : unmanaged
        {
            T value = default;
            MemoryMarshal.AsBytes(new Span<T>(ref value)).Fill(filled);
            return value;
        }

        static ReadOnlySpan<byte> Bytes(in Nested value) => MemoryMarshal.AsBytes(new ReadOnlySpan<Nested>(in value));
    }

    [Fact]
    public void Arrays_inside_an_argument_are_compared_whole()
    {
        var x = default(Four);
        var y = default(Four);
        KernelArgument<Four>.Same(x, y).Should().BeTrue();
        y[3] = 1;
        KernelArgument<Four>.Same(x, y).Should().BeFalse();
        KernelArgument<(int, Four)>.Same((1, x), (1, y)).Should().BeFalse();
    }

    [Fact]
    public void Views_are_compared_by_buffer_place_and_length()
    {
        using var device = (AcceleratorDevice)Device.Open("emulator");
        using var one = device.Accelerator.Allocate1D<float>(100);
        using var two = device.Accelerator.Allocate1D<float>(100);
        ArrayView<float> view = one.View;
        Same(view, one.View).Should().BeTrue();
        Same(view.SubView(4, 10), view.SubView(4, 10)).Should().BeTrue();
        Same(view.SubView(4, 10), view.SubView(5, 10)).Should().BeFalse();
        Same(view.SubView(4, 10), view.SubView(4, 11)).Should().BeFalse();
        Same(view, two.View).Should().BeFalse();
        Same(ArrayView<float>.Empty, ArrayView<float>.Empty).Should().BeTrue();
        Same(ArrayView<float>.Empty, view).Should().BeFalse();

        ArrayView<float>[] views = [.. Enumerable.Range(0, 8).Select(i => view.SubView(10 * i, 10))];
        var arrays = new BatchNormArrays(views[0], new(views[1], views[2], views[3], views[4]), views[5], views[6]);
        KernelArgument<BatchNormArrays>.Same(arrays, arrays with { Y = views[6] }).Should().BeTrue();
        KernelArgument<BatchNormArrays>.Same(arrays, arrays with { X = views[7] }).Should().BeFalse();
        KernelArgument<BatchNormArrays>.Same(arrays, arrays with { Channels = arrays.Channels with { Beta = views[7] } }).Should().BeFalse();
        KernelArgument<BatchNormArrays>.Same(arrays, arrays with { Y = views[7] }).Should().BeFalse();

        static bool Same(ArrayView<float> x, ArrayView<float> y) => KernelArgument<ArrayView<float>>.Same(x, y);
    }

    [Fact]
    public void What_cannot_be_compared_is_never_the_same() => KernelArgument<Mixed>.Same(default, default).Should().BeFalse();

    [Fact]
    public void Arguments_that_are_compared_as_views_hold_nothing_else()
    {
        Type[] marked = [.. typeof(IViews).Assembly.GetTypes().Where(t => t.IsValueType && typeof(IViews).IsAssignableFrom(t))];
        marked.Should().NotBeEmpty();
        foreach (var type in marked) HoldsViewsAlone(type).Should().BeTrue("{0} is marked as {1}", type, nameof(IViews));
        HoldsViewsAlone(typeof(Mixed)).Should().BeFalse();
    }

    [Fact]
    public void All_arguments_of_the_librarys_kernels_can_be_compared()
    {
        var launches = typeof(IViews).Assembly.GetTypes()
            .SelectMany(t => t.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(f => f.FieldType)
            .Where(t => t.IsGenericType && t.GetGenericArguments() is [var first, var second, ..] && first == typeof(DeviceStream) && second == typeof(KernelConfig))
            .SelectMany(t => t.GetGenericArguments().Skip(2)).Distinct().Where(t => !t.ContainsGenericParameters).ToArray();
        launches.Length.Should().BeGreaterThan(30);
        launches.Where(t => IsReference(t) && !HoldsViewsAlone(t)).Should().BeEmpty();
    }

    static bool IsReference(Type type) =>
        (bool)typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(type).Invoke(null, null)!;

    static bool HoldsViewsAlone(Type type) => IsView(type)
        || (typeof(IViews).IsAssignableFrom(type) && Fields(type) is { Length: > 0 } fields && Array.TrueForAll(fields, f => IsView(f.FieldType) || HoldsViewsAlone(f.FieldType)));

    static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);

    static bool IsView(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>);

    readonly record struct Mixed(ArrayView<float> View, float Number);

    record struct Gaps(byte Small, long Large, DeviceKind Kind);

    record struct Nested(short First, Gaps Inner);

    struct Empty;

    [InlineArray(4)]
    struct Four
    {
        float element;
    }
}
