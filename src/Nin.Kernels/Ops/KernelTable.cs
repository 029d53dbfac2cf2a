namespace Nin.Ops;

/// <summary>Which variant of an op runs on which device: the whole choice, as one table.</summary>
static class KernelTable
{
    static readonly Row[] Rows =
    [
        Of<IActivationBackward>(d => new ActivationBackwardPortable(d), d => new ActivationBackwardVectorized(d)),
        Of<IActivationForward>(d => new ActivationForwardPortable(d), d => new ActivationForwardVectorized(d)),
        Of<IAdam>(d => new AdamPortable(d), d => new AdamVectorized(d)),
        Of<IAverage>(d => new AveragePortable(d), d => new AverageVectorized(d)),
        Of<IAvgPool2dBackward>(d => new AvgPool2dBackwardPortable(d), d => new AvgPool2dBackwardVectorized(d)),
        Of<IAvgPool2dForward>(d => new AvgPool2dForwardPortable(d), d => new AvgPool2dForwardVectorized(d)),
        Of<IBatchNorm2dBackward>(d => new BatchNorm2dBackwardPortable(d), d => new BatchNorm2dBackwardVectorized(d)),
        Of<IBatchNorm2dForwardInference>(d => new BatchNorm2dForwardInferencePortable(d), d => new BatchNorm2dForwardInferenceVectorized(d)),
        Of<IBatchNorm2dForwardTraining>(d => new BatchNorm2dForwardTrainingPortable(d), d => new BatchNorm2dForwardTrainingVectorized(d)),
        Of<IBatchNorm2dFrozenBackward>(d => new BatchNorm2dFrozenBackwardPortable(d), d => new BatchNorm2dFrozenBackwardVectorized(d)),
        Of<IClipGradient>(d => new ClipGradientPortable(d), d => new ClipGradientVectorized(d)),
        Of<IConv2dBackwardData>(d => new Conv2dBackwardDataPortable(new GroupedGemm(d, Gemm(d))), d => new Conv2dBackwardDataVectorized(d)),
        Of<IConv2dBackwardWeights>(d => new Conv2dBackwardWeightsPortable(d, new GroupedWeightGradient(d, Gradient(d))), d => new Conv2dBackwardWeightsVectorized(d)),
        Of<IConv2dForward>(
            d => new Conv2dForwardPortable(d, new GroupedGemm(d, Gemm(d)), new AddPortable(d), new ActivationForwardPortable(d)),
            d => new Conv2dForwardVectorized(d)),
        Of<IDropout>(d => new DropoutPortable(d), d => new DropoutVectorized(d)),
        Of<IAdd>(d => new AddPortable(d), d => new AddVectorized(d)),
        Of<IChannelSum>(d => new ChannelSumPortable(d), d => new ChannelSumVectorized(d)),
        Of<IFill>(d => new FillPortable(d), d => new FillVectorized(d)),
        Of<ICopyBlock>(d => new CopyBlockPortable(d), d => new CopyBlockVectorized(d)),
        Of<ITranspose>(d => new TransposePortable(d), d => new TransposeVectorized(d)),
        Of<ILocalResponseNormBackward>(d => new LocalResponseNormBackwardPortable(d), d => new LocalResponseNormBackwardVectorized(d)),
        Of<ILocalResponseNormForward>(d => new LocalResponseNormForwardPortable(d), d => new LocalResponseNormForwardVectorized(d)),
        Of<IMaxPool2dBackward>(d => new MaxPool2dBackwardPortable(d), d => new MaxPool2dBackwardVectorized(d)),
        Of<IMaxPool2dForward>(d => new MaxPool2dForwardPortable(d), d => new MaxPool2dForwardVectorized(d)),
        Of<IMaxPool2dForwardArgmax>(d => new MaxPool2dForwardArgmaxPortable(d), d => new MaxPool2dForwardArgmaxVectorized(d)),
        Of<IMultiply>(d => new MultiplyPortable(d), d => new MultiplyVectorized(d)),
        Of<IMultiplySum>(d => new MultiplySumPortable(d), d => new MultiplySumVectorized(d)),
        Of<INonFinite>(d => new NonFinitePortable(d), d => new NonFiniteVectorized(d)),
        Of<IPointwiseMlpBackward>(
            d => new PointwiseMlpBackwardPortable(d, Gemm(d), Gradient(d)), d => new PointwiseMlpBackwardVectorized(d)),
        Of<IPointwiseMlpForward>(d => new PointwiseMlpForwardPortable(Gemm(d)), d => new PointwiseMlpForwardVectorized(d)),
        Of<ISgd>(d => new SgdPortable(d), d => new SgdVectorized(d)),
        Of<ISoftmaxCrossEntropy>(d => new SoftmaxCrossEntropyPortable(d), d => new SoftmaxCrossEntropyVectorized(d)),
        Of<ISumOfSquares>(d => new SumOfSquaresPortable(d), d => new SumOfSquaresVectorized(d)),
    ];

    static readonly Dictionary<Type, Row> ByOp = Rows.ToDictionary(row => row.Op);

    /// <summary>The ops that have a row.</summary>
    public static IEnumerable<Type> Ops => ByOp.Keys;

    /// <summary>Makes the variant of an op for a device.</summary>
    public static TOp Create<TOp>(Device device)
        where TOp : class, IOp =>
        (TOp)(device is CpuDevice cpu ? ByOp[typeof(TOp)].Vectorized(cpu) : ByOp[typeof(TOp)].Portable((AcceleratorDevice)device));

    static IImplicitGemm Gemm(AcceleratorDevice device) => device.Profile.Products switch
    {
        ProductVariant.Threads => new ThreadImplicitGemm(device),
        ProductVariant.WorkGroups => WorkGroupImplicitGemm.Float32(device),
        ProductVariant.TensorCoresTf32x3 => WorkGroupImplicitGemm.OnTensorCores<Tf32x3Products>(device),
        _ => WorkGroupImplicitGemm.OnTensorCores<Tf32Product>(device),
    };

    static IWeightGradient Gradient(AcceleratorDevice device) => device.Profile.Products switch
    {
        ProductVariant.Threads => new ThreadWeightGradient(device),
        ProductVariant.WorkGroups => WorkGroupWeightGradient.Float32(device),
        ProductVariant.TensorCoresTf32x3 => WorkGroupWeightGradient.OnTensorCores<Tf32x3Products>(device),
        _ => WorkGroupWeightGradient.OnTensorCores<Tf32Product>(device),
    };

    static Row Of<TOp>(Func<AcceleratorDevice, TOp> portable, Func<CpuDevice, TOp> vectorized)
        where TOp : class, IOp =>
        new(typeof(TOp), portable, vectorized);

    sealed record Row(Type Op, Func<AcceleratorDevice, object> Portable, Func<CpuDevice, object> Vectorized);
}

/// <summary>
/// The one place that chooses the variant that a device runs. Variants are made on first use and live as long as the device:
/// a portable one holds its compiled kernels.
/// </summary>
sealed class KernelCatalog(Device device)
{
    readonly Dictionary<Type, object> variants = [];

    /// <summary>The variant of an op, named by its interface.</summary>
    public TOp Get<TOp>()
        where TOp : class, IOp
    {
        lock (variants)
        {
            if (!variants.TryGetValue(typeof(TOp), out object? variant))
                variants.Add(typeof(TOp), variant = KernelTable.Create<TOp>(device));
            return (TOp)variant;
        }
    }
}

/// <summary>
/// An op in one direction. Each has a portable variant (ILGPU kernels, any accelerator) and a vectorised one (managed code, the CPU),
/// both listed in <see cref="KernelTable"/>.
/// </summary>
interface IOp;
