namespace Nin.Ops;

/// <summary>The implicit GEMM of a convolution by the width of its groups. Kernels are compiled where a network has such a convolution.</summary>
sealed class GroupedGemm(AcceleratorDevice device, IImplicitGemm wide) : IImplicitGemm
{
    readonly Lazy<NarrowGroupsGemm> narrow = new(() => new(device));

    public long ScratchLength(in GemmProblem problem, in Weights w) => Of(problem.Geometry).ScratchLength(problem, w);

    public void Run(
        DeviceStream stream, Type variant, in GemmProblem problem, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias, bool relu,
        DeviceView y, StoreMode mode) =>
        Of(problem.Geometry).Run(stream, variant, problem, n, x, w, scratch, bias, relu, y, mode);

    IImplicitGemm Of(in ConvolutionGeometry g) => Conv2dChoice.IsNarrow(g) ? narrow.Value : wide;
}

/// <summary>The weight gradient of a convolution by the width of its groups.</summary>
sealed class GroupedWeightGradient(AcceleratorDevice device, IWeightGradient wide) : IWeightGradient
{
    readonly Lazy<NarrowGroupsWeightGradient> narrow = new(() => new(device));

    public ReductionTree Tree(in ConvolutionGeometry geometry) => Of(geometry).Tree(geometry);

    public void Run(
        DeviceStream stream, in ConvolutionGeometry geometry, in LeafRange leaves, DeviceView x, DeviceView dy, bool sumsBias, DeviceView partials,
        long stride) =>
        Of(geometry).Run(stream, geometry, leaves, x, dy, sumsBias, partials, stride);

    IWeightGradient Of(in ConvolutionGeometry g) => Conv2dChoice.IsNarrow(g) ? narrow.Value : wide;
}
