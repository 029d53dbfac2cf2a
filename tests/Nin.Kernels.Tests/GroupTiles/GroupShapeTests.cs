using Nin.Kernels.Tests.Conformance;
using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.GroupTiles;

/// <summary>
/// Each shape of group, which a device chooses by the size of a result, over more than one tile in both directions: to the bits of the product
/// that knows no groups, because each sum has the same order.
/// </summary>
public sealed class GroupShapeTests : IDisposable
{
    const int Examples = 9;

    /// <summary>Channels in fours, and not; a last tile that is partial in rows and columns, with columns in fours and not.</summary>
    public static TheoryData<int, int> Channels => new() { { 4, 132 }, { 3, 130 } };

    readonly AcceleratorDevice device;
    readonly DeviceStream stream;
    readonly List<Operand> operands = [];

    public GroupShapeTests()
    {
        device = EmulatedGpu.Open(threads: 256, Precision.Highest);
        stream = device.CreateStream();
    }

    [Theory, MemberData(nameof(Channels))]
    public void A_product_has_the_same_bits_in_every_shape(int channels, int filters)
    {
        var sizes = new Conv2dSizes(channels, Height: 4, Width: 5, filters, Kernel: 3, Stride: 1, Padding: 1);
        Operand x = In(Examples * (int)sizes.InputLength), w = In((int)sizes.WeightLength), bias = In(filters);
        Operand want = Out(Examples * (int)sizes.OutputLength);
        new WindowProduct(device).Run(
            stream, typeof(GroupShapeTests), WindowMap.Forward(sizes), PanelLayout.Forward(sizes), Examples, x, w.View,
            stream.Scratch(PanelLayout.Forward(sizes).Length), bias, relu: true, want, StoreMode.Overwrite);
        float[] wanted = want.Read();

        bool inQuads = channels % 4 == 0;
        Agree(inQuads ? new GroupProductKernel<Group128x128, AlignedQuads, Tile8x8>(device) : new GroupProductKernel<Group128x128, AnyQuads, Tile8x8>(device));
        Agree(inQuads ? new GroupProductKernel<Group128x96, AlignedQuads, Tile8x8>(device) : new GroupProductKernel<Group128x96, AnyQuads, Tile8x8>(device));
        Agree(inQuads ? new GroupProductKernel<Group64x64, AlignedQuads, Tile8x8>(device) : new GroupProductKernel<Group64x64, AnyQuads, Tile8x8>(device));

        void Agree(IGroupProduct kernel)
        {
            Operand y = Out(wanted.Length);
            var matrix = new WeightMatrix(device).Of(
                stream, typeof(GroupShapeTests), PanelLayout.Forward(sizes), w.View, stream.Scratch(new WeightMatrixSizes(PanelLayout.Forward(sizes)).Length));
            var kernelSizes = new GroupProductSizes(
                WindowMap.Forward(sizes), Examples * sizes.OutHeight * sizes.OutWidth, HasBias: 1, Relu: 1, StoreMode.Overwrite, filters % 4 == 0 ? 1 : 0);
            kernel.Run(stream, kernelSizes, x, matrix, bias, y);
            y.Read().Should().Equal(wanted, "{0}", kernel);
        }
    }

    [Theory, MemberData(nameof(Channels))]
    public void A_weight_gradient_has_the_same_bits_in_every_shape(int channels, int filters)
    {
        var sizes = new Conv2dSizes(channels * 5, Height: 2, Width: 5, filters, Kernel: 3, Stride: 1, Padding: 1);
        Operand x = In(Examples * (int)sizes.InputLength), dy = In(Examples * (int)sizes.OutputLength);
        long stride = sizes.WeightLength + filters;
        Operand want = Out((int)(Slices.Count(Examples) * stride));
        new WindowGradient(device).Run(stream, sizes, Examples, x, dy, sumsBias: true, want, stride);
        float[] wanted = want.Read();

        bool channelsInQuads = channels % 4 == 0;
        Agree(channelsInQuads ? new GroupGradientKernel<Group128x128, AlignedQuads, Tile8x8>(device) : new GroupGradientKernel<Group128x128, AnyQuads, Tile8x8>(device));
        Agree(channelsInQuads ? new GroupGradientKernel<Group128x96, AlignedQuads, Tile8x8>(device) : new GroupGradientKernel<Group128x96, AnyQuads, Tile8x8>(device));
        Agree(channelsInQuads ? new GroupGradientKernel<Group64x64, AlignedQuads, Tile8x8>(device) : new GroupGradientKernel<Group64x64, AnyQuads, Tile8x8>(device));

        void Agree(IGroupGradient kernel)
        {
            Operand partials = Out(wanted.Length);
            int inQuads = filters % 4 == 0 ? 1 : 0;
            var kernelSizes = new GroupGradientSizes(
                WindowMap.Forward(sizes), Examples, stride, SumsBias: 1, ReadsQuads: inQuads, WritesQuads: inQuads);
            kernel.Run(stream, kernelSizes, x, dy, partials);
            partials.Read().Should().Equal(wanted, "{0}", kernel);
        }
    }

    [Theory]
    [InlineData(373_248, 96, "128x96")]
    [InlineData(86_528, 256, "128x128")]
    [InlineData(3_200, 10, "64x64")]
    public void The_shape_fits_the_result(long rows, int columns, string want)
    {
        (string Name, GroupArea Area)[] areas =
            [("128x128", GroupArea.Of<Group128x128>()), ("128x96", GroupArea.Of<Group128x96>()), ("64x64", GroupArea.Of<Group64x64>())];
        areas.MinBy(a => a.Area.Cost(rows, columns, copies: 1, multiprocessors: 132)).Name.Should().Be(want);
    }

    public void Dispose()
    {
        operands.ForEach(o => o.Dispose());
        stream.Dispose();
        device.Dispose();
    }

    Operand In(int length) => Own(new Operand(device, length, RandomData.Normal(length, length), isRead: true));

    Operand Out(int length) => Own(new Operand(device, length, null, isRead: false));

    Operand Own(Operand operand)
    {
        operands.Add(operand);
        return operand;
    }
}
