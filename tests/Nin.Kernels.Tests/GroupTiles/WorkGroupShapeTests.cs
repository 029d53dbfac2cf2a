using Nin.Kernels.Tests.Conformance;
using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Kernels.Tests.GroupTiles;

/// <summary>
/// Each shape of work-group, which a device chooses by the size of a result, over more than one tile in both directions: to the bits of the product
/// that knows no work-groups, because each sum has the same order.
/// </summary>
[Collection(EmulatedGpu.Collection)]
public sealed class WorkGroupShapeTests : IDisposable
{
    const int Examples = 9;

    // Rectangular, with other strides and padding along each axis.
    static readonly Window2d Uneven = new(new(Kernel: 3, Before: 1, After: 1), new(Kernel: 2, Before: 1, After: 0, Dilation: 2));

    /// <summary>Channels in fours, and not; a last tile that is partial in rows and columns, with columns in fours and not.</summary>
    public static TheoryData<int, int> Channels => new() { { 4, 132 }, { 3, 130 } };

    readonly AcceleratorDevice device;
    readonly DeviceStream stream;
    readonly List<Operand> operands = [];

    public WorkGroupShapeTests()
    {
        device = EmulatedGpu.Open(threads: 256, Precision.Float32);
        stream = device.CreateStream();
    }

    [Theory, MemberData(nameof(Channels))]
    public void A_product_has_the_same_bits_in_every_shape(int channels, int filters)
    {
        var sizes = new Conv2dSizes(channels, Height: 4, Width: 5, filters, Uneven);
        var problem = GemmProblem.Fprop(sizes);
        Operand x = In(Examples * (int)sizes.InputLength), w = In((int)sizes.WeightLength), bias = In(filters);
        Operand want = Out(Examples * (int)sizes.OutputLength);
        new ThreadImplicitGemm(device).Run(
            stream, typeof(WorkGroupShapeTests), problem, Examples, x, w.View, stream.Scratch(PackedLayout.ForThreads(problem).Length), bias,
            relu: true, want, StoreMode.Overwrite);
        float[] wanted = want.Read();

        if (channels % 4 == 0) AgreeWith<Float4Loader>();
        else AgreeWith<FloatLoader>();

        void AgreeWith<TLoader>()
            where TLoader : struct, IIm2colLoader
        {
            Agree(new WorkGroupGemmKernel<WorkGroup128x128, TLoader>(device));
            Agree(new WorkGroupGemmKernel<WorkGroup128x96, TLoader>(device));
            Agree(new WorkGroupGemmKernel<WorkGroup64x64, TLoader>(device));
        }

        void Agree(IWorkGroupGemm kernel)
        {
            Operand y = Out(wanted.Length);
            var layout = PackedLayout.ForWorkGroups(problem);
            var packed = new WeightPacker(device).Pack(stream, typeof(WorkGroupShapeTests), layout, w.View, stream.Scratch(layout.Length));
            var epilogue = new GemmEpilogue(HasBias: 1, Relu: 1, StoreMode.Overwrite, filters % 4 == 0 ? 1 : 0);
            kernel.Run(stream, new GemmSizes(problem.Geometry, Examples * problem.Geometry.Pixels, epilogue), x, packed, bias, y);
            y.Read().Should().Equal(wanted, "{0}", kernel);
        }
    }

    [Theory]
    [InlineData(4, 8, 3, 2)] // two residues of one and two taps from top to bottom; three of one tap or none from left to right
    [InlineData(3, 5, 3, 2)]
    [InlineData(4, 1, 4, 4)] // as a whole its weights would have the product's order; no part's have
    public void A_strided_data_gradient_has_the_bits_of_one_that_walks_all_taps(int channels, int filters, int kernelRows, int kernelColumns)
    {
        var window = new Window2d(new(kernelRows, Stride: 2, Before: 1, After: 1), new(kernelColumns, Stride: 3, Before: 1, After: 0));
        var sizes = new Conv2dSizes(channels, Height: 5, Width: 7, filters, window);
        var problem = GemmProblem.Dgrad(sizes);
        Operand dy = In(Examples * (int)sizes.OutputLength), w = In((int)sizes.WeightLength);
        foreach (var mode in new[] { StoreMode.Overwrite, StoreMode.Add })
        {
            Operand want = In(Examples * (int)sizes.InputLength), got = In(Examples * (int)sizes.InputLength);
            Run(new ThreadImplicitGemm(device), want);
            Run(WorkGroupImplicitGemm.Float32(device), got);
            got.Read().Should().Equal(want.Read(), "{0}", mode);

            void Run(IImplicitGemm gemm, Operand dx) => gemm.Run(
                stream, typeof(WorkGroupShapeTests), problem, Examples, dy, w.View, stream.Scratch(gemm.ScratchLength(problem, w.View)), bias: default,
                relu: false, dx, mode);
        }
    }

    [Theory, MemberData(nameof(Channels))]
    public void A_weight_gradient_has_the_same_bits_in_every_shape(int channels, int filters)
    {
        var sizes = new Conv2dSizes(channels * 5, Height: 2, Width: 5, filters, Uneven);
        var leaves = LeafRange.All(ReductionTree.Over(sizes.OutHeight, sizes.OutWidth), Examples);
        Operand x = In(Examples * (int)sizes.InputLength), dy = In(Examples * (int)sizes.OutputLength);
        long stride = sizes.WeightLength + filters;
        Operand want = Out((int)(leaves.Count * stride));
        new ThreadWeightGradient(device).Run(stream, ConvolutionGeometry.Fprop(sizes), leaves, x, dy, sumsBias: true, want, stride);
        float[] wanted = want.Read();

        if (channels % 4 == 0) AgreeWith<Float4Loader>();
        else AgreeWith<FloatLoader>();

        void AgreeWith<TLoader>()
            where TLoader : struct, IIm2colLoader
        {
            Agree(new WorkGroupGradientKernel<WorkGroup128x128, TLoader>(device));
            Agree(new WorkGroupGradientKernel<WorkGroup128x96, TLoader>(device));
            Agree(new WorkGroupGradientKernel<WorkGroup64x64, TLoader>(device));
        }

        void Agree(IWorkGroupGradient kernel)
        {
            Operand partials = Out(wanted.Length);
            int inFloat4 = filters % 4 == 0 ? 1 : 0;
            var kernelSizes = new WorkGroupGradientSizes(
                ConvolutionGeometry.Fprop(sizes), leaves, stride, SumsBias: 1, ReadsFloat4: inFloat4, WritesFloat4: inFloat4);
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
        (string Name, WorkGroupArea Area)[] areas =
        [
            ("128x128", WorkGroupArea.OfFloat32<WorkGroup128x128>()),
            ("128x96", WorkGroupArea.OfFloat32<WorkGroup128x96>()),
            ("64x64", WorkGroupArea.OfFloat32<WorkGroup64x64>()),
        ];
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
