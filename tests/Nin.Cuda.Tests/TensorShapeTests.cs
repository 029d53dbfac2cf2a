using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Cuda.Tests;

/// <summary>
/// Each shape of work-group on tensor cores, which a device chooses by the size of a result, over more than one tile in both directions: to the same bits, because each
/// sum has the same order. The conformance tests compare the smallest with the oracle.
/// </summary>
public sealed class TensorShapeTests : IDisposable
{
    const int Examples = 9;

    // Rectangular, with other strides and padding along each axis.
    static readonly Window2d Uneven = new(new(Kernel: 3, Before: 1, After: 1), new(Kernel: 2, Before: 1, After: 0, Dilation: 2));

    readonly List<IDisposable> owned = [];

    [SimulatedTheory]
    [InlineData(Precision.Tf32, 4, 132)]
    [InlineData(Precision.Tf32, 20, 132)] // several steps in a tap
    [InlineData(Precision.Tf32, 3, 130)]
    [InlineData(Precision.Tf32x3, 4, 132)]
    public void A_product_has_the_same_bits_in_every_shape(Precision precision, int channels, int filters)
    {
        AcceleratorDevice device = Open(precision);
        var stream = Own(device.CreateStream());
        var sizes = new Conv2dSizes(channels, Height: 4, Width: 5, filters, Uneven);
        var problem = GemmProblem.Fprop(sizes);
        DeviceView x = In(device, stream, Examples * (int)sizes.InputLength), w = In(device, stream, (int)sizes.WeightLength), bias = In(device, stream, filters);
        var layout = PackedLayout.ForWorkGroups(problem);
        var packed = new WeightPacker(device).Pack(stream, typeof(TensorShapeTests), layout, w, stream.Scratch(layout.Length));
        var gemm = new GemmSizes(
            problem.Geometry, Examples * problem.Geometry.Pixels, new GemmEpilogue(HasBias: 1, Relu: 1, StoreMode.Overwrite, filters % 4 == 0 ? 1 : 0));

        IWorkGroupGemm[] kernels = (precision, channels % 4) switch
        {
            (Precision.Tf32x3, _) => Gemms<Float4Loader, Tf32x3Products>(device),
            (_, 0) => Gemms<Float4Loader, Tf32Product>(device),
            _ => Gemms<FloatLoader, Tf32Product>(device),
        };
        float[][] results = [.. kernels.Select(kernel =>
        {
            DeviceView y = Own(device.Allocate(Examples * sizes.OutputLength)).View;
            kernel.Run(stream, gemm, x, packed, bias, y);
            return Read(stream, y);
        })];
        results[1].Should().Equal(results[0], "128x96 sums as 64x64 does");
        results[2].Should().Equal(results[0], "128x128 sums as 64x64 does");
    }

    [SimulatedTheory]
    [InlineData(Precision.Tf32, 4, 132)]
    [InlineData(Precision.Tf32, 3, 130)]
    [InlineData(Precision.Tf32x3, 4, 132)]
    public void A_weight_gradient_has_the_same_bits_in_every_shape(Precision precision, int channels, int filters)
    {
        AcceleratorDevice device = Open(precision);
        var stream = Own(device.CreateStream());
        var sizes = new Conv2dSizes(channels * 7, Height: 2, Width: 5, filters, Uneven);
        var leaves = LeafRange.All(ReductionTree.Over(sizes.OutHeight, sizes.OutWidth), Examples);
        DeviceView x = In(device, stream, Examples * (int)sizes.InputLength), dy = In(device, stream, Examples * (int)sizes.OutputLength);
        long stride = sizes.WeightLength + filters;
        int inFloat4 = filters % 4 == 0 ? 1 : 0;
        var gradient = new WorkGroupGradientSizes(ConvolutionGeometry.Fprop(sizes), leaves, stride, SumsBias: 1, ReadsFloat4: inFloat4, WritesFloat4: inFloat4);

        IWorkGroupGradient[] kernels = (precision, channels % 4) switch
        {
            (Precision.Tf32x3, _) => Gradients<Float4Loader, Tf32x3Products>(device),
            (_, 0) => Gradients<Float4Loader, Tf32Product>(device),
            _ => Gradients<FloatLoader, Tf32Product>(device),
        };
        float[][] results = [.. kernels.Select(kernel =>
        {
            DeviceView partials = Own(device.Allocate(leaves.Count * stride)).View;
            kernel.Run(stream, gradient, x, dy, partials);
            return Read(stream, partials);
        })];
        results[1].Should().Equal(results[0], "128x96 sums as 64x64 does");
        results[2].Should().Equal(results[0], "128x128 sums as 64x64 does");
    }

    public void Dispose()
    {
        owned.Reverse();
        owned.ForEach(o => o.Dispose());
    }

    static IWorkGroupGemm[] Gemms<TLoader, TProducts>(AcceleratorDevice device)
        where TLoader : struct, IIm2colLoader
        where TProducts : struct, ITf32Products =>
        [
            new TensorGemmKernel<WorkGroup64x64, TLoader, TProducts>(device), new TensorGemmKernel<WorkGroup128x96, TLoader, TProducts>(device),
            new TensorGemmKernel<WorkGroup128x128, TLoader, TProducts>(device),
        ];

    static IWorkGroupGradient[] Gradients<TLoader, TProducts>(AcceleratorDevice device)
        where TLoader : struct, IIm2colLoader
        where TProducts : struct, ITf32Products =>
        [
            new TensorGradientKernel<WorkGroup64x64, TLoader, TProducts>(device), new TensorGradientKernel<WorkGroup128x96, TLoader, TProducts>(device),
            new TensorGradientKernel<WorkGroup128x128, TLoader, TProducts>(device),
        ];

    AcceleratorDevice Open(Precision precision) => (AcceleratorDevice)Own(Device.Open("cuda:0", precision: precision));

    DeviceView In(AcceleratorDevice device, DeviceStream stream, int length)
    {
        DeviceView view = Own(device.Allocate(length)).View;
        stream.Upload(RandomData.Normal(length, length), view);
        return view;
    }

    static float[] Read(DeviceStream stream, DeviceView view)
    {
        var values = new float[view.Length];
        stream.Download(view, values);
        return values;
    }

    T Own<T>(T one)
        where T : IDisposable
    {
        owned.Add(one);
        return one;
    }
}
