using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>
/// Each shape of work-group, at the device's precision, of which a device chooses one by the size of a result, over more than one tile in both directions: to the
/// same bits, because each sum has the same order. The tests of products compare the smallest with the oracle.
/// </summary>
public abstract class ShapeTests<TDevice>(DeviceFixture<TDevice> fixture) : IClassFixture<DeviceFixture<TDevice>>, IDisposable
    where TDevice : IDeviceUnderTest
{
    const int Examples = 9;

    // Rectangular, with other strides and padding along each axis.
    static readonly Window2d Uneven = new(new(Kernel: 3, Before: 1, After: 1), new(Kernel: 2, Before: 1, After: 0, Dilation: 2));

    static readonly string[] Names = ["64x64", "128x96", "128x128"];

    readonly List<Operand> operands = [];

    AcceleratorDevice Device => (AcceleratorDevice)fixture.Device;

    DeviceStream Stream => fixture.Stream;

    /// <summary>Channels in fours, also in several steps of a tap, and not; a last tile that is partial in rows and columns, with columns in fours and not.</summary>
    public static TheoryData<int, int> Channels => new() { { 4, 132 }, { 20, 132 }, { 3, 130 } };

    [DeviceTheory, MemberData(nameof(Channels))]
    public void A_product_has_the_same_bits_in_every_shape(int channels, int filters)
    {
        var sizes = new Conv2dSizes(channels, Height: 4, Width: 5, filters, Uneven);
        var problem = GemmProblem.Fprop(sizes);
        Operand x = In(Examples * (int)sizes.InputLength), w = In((int)sizes.WeightLength), bias = In(filters);
        var layout = PackedLayout.ForWorkGroups(problem);
        var packed = new WeightPacker(Device).Pack(Stream, typeof(ShapeTests<TDevice>), layout, w.View, Stream.Scratch(layout.Length));
        var gemm = new GemmSizes(
            problem.Geometry, Examples * problem.Geometry.Pixels, new GemmEpilogue(HasBias: 1, Relu: 1, StoreMode.Overwrite, filters % 4 == 0 ? 1 : 0));
        AgreeInEveryShape(channels % 4 == 0 ? Gemms<Float4Loader>() : Gemms<FloatLoader>(), kernel =>
        {
            Operand y = Out(Examples * (int)sizes.OutputLength);
            kernel.Run(Stream, gemm, x, packed, bias, y);
            return y.Read();
        });
    }

    [DeviceTheory, MemberData(nameof(Channels))]
    public void A_weight_gradient_has_the_same_bits_in_every_shape(int channels, int filters)
    {
        var sizes = new Conv2dSizes(channels * 7, Height: 2, Width: 5, filters, Uneven);
        var leaves = LeafRange.All(ReductionTree.Over(sizes.OutHeight, sizes.OutWidth), Examples);
        Operand x = In(Examples * (int)sizes.InputLength), dy = In(Examples * (int)sizes.OutputLength);
        long stride = sizes.WeightLength + filters;
        int inFloat4 = filters % 4 == 0 ? 1 : 0;
        var gradient = new WorkGroupGradientSizes(ConvolutionGeometry.Fprop(sizes), leaves, stride, SumsBias: 1, ReadsFloat4: inFloat4, WritesFloat4: inFloat4);
        AgreeInEveryShape(channels % 4 == 0 ? Gradients<Float4Loader>() : Gradients<FloatLoader>(), kernel =>
        {
            Operand partials = Out((int)(leaves.Count * stride));
            kernel.Run(Stream, gradient, x, dy, partials);
            return partials.Read();
        });
    }

    public void Dispose()
    {
        try
        {
            operands.ForEach(o => o.CheckUntouched());
        }
        finally
        {
            operands.ForEach(o => o.Dispose());
            GC.SuppressFinalize(this);
        }
    }

    static void AgreeInEveryShape<TKernel>(TKernel[] kernels, Func<TKernel, float[]> run)
    {
        float[] first = run(kernels[0]);
        for (int i = 1; i < kernels.Length; i++) run(kernels[i]).Should().Equal(first, "{0} sums as {1} does", Names[i], Names[0]);
    }

    IWorkGroupGemm[] Gemms<TLoader>()
        where TLoader : struct, IIm2colLoader => TDevice.Precision switch
        {
            Precision.Float32 =>
            [
                new WorkGroupGemmKernel<WorkGroup64x64, TLoader>(Device), new WorkGroupGemmKernel<WorkGroup128x96, TLoader>(Device),
                new WorkGroupGemmKernel<WorkGroup128x128, TLoader>(Device),
            ],
            Precision.Tf32 => Gemms<TLoader, Tf32Product>(),
            _ => Gemms<TLoader, Tf32x3Products>(),
        };

    IWorkGroupGemm[] Gemms<TLoader, TProducts>()
        where TLoader : struct, IIm2colLoader
        where TProducts : struct, ITf32Products =>
        [
            new TensorGemmKernel<WorkGroup64x64, TLoader, TProducts>(Device), new TensorGemmKernel<WorkGroup128x96, TLoader, TProducts>(Device),
            new TensorGemmKernel<WorkGroup128x128, TLoader, TProducts>(Device),
        ];

    IWorkGroupGradient[] Gradients<TLoader>()
        where TLoader : struct, IIm2colLoader => TDevice.Precision switch
        {
            Precision.Float32 =>
            [
                new WorkGroupGradientKernel<WorkGroup64x64, TLoader>(Device), new WorkGroupGradientKernel<WorkGroup128x96, TLoader>(Device),
                new WorkGroupGradientKernel<WorkGroup128x128, TLoader>(Device),
            ],
            Precision.Tf32 => Gradients<TLoader, Tf32Product>(),
            _ => Gradients<TLoader, Tf32x3Products>(),
        };

    IWorkGroupGradient[] Gradients<TLoader, TProducts>()
        where TLoader : struct, IIm2colLoader
        where TProducts : struct, ITf32Products =>
        [
            new TensorGradientKernel<WorkGroup64x64, TLoader, TProducts>(Device), new TensorGradientKernel<WorkGroup128x96, TLoader, TProducts>(Device),
            new TensorGradientKernel<WorkGroup128x128, TLoader, TProducts>(Device),
        ];

    Operand In(int length) => Own(new Operand(fixture.Device, length, RandomData.Normal(length, length), isRead: true));

    Operand Out(int length) => Own(new Operand(fixture.Device, length, null, isRead: false));

    Operand Own(Operand operand)
    {
        operands.Add(operand);
        return operand;
    }
}
