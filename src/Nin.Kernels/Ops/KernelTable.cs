namespace Nin.Ops;

/// <summary>Which variant of an op runs on which device: the whole choice, as one table.</summary>
static class KernelTable
{
    static readonly Row[] Rows =
    [
        Of<IAdam>(_ => throw new NotSupportedException(), d => new AdamVectorized(d)),
        Of<IAvgPool2dBackward>(_ => throw new NotSupportedException(), d => new AvgPool2dBackwardVectorized(d)),
        Of<IAvgPool2dForward>(_ => throw new NotSupportedException(), d => new AvgPool2dForwardVectorized(d)),
        Of<IBatchNorm2dBackward>(_ => throw new NotSupportedException(), d => new BatchNorm2dBackwardVectorized(d)),
        Of<IBatchNorm2dForwardInference>(_ => throw new NotSupportedException(), d => new BatchNorm2dForwardInferenceVectorized(d)),
        Of<IBatchNorm2dForwardTraining>(_ => throw new NotSupportedException(), d => new BatchNorm2dForwardTrainingVectorized(d)),
        Of<IConv2dBackwardData>(d => new Conv2dBackwardDataPortable(d), d => new Conv2dBackwardDataVectorized(d)),
        Of<IConv2dBackwardWeights>(d => new Conv2dBackwardWeightsPortable(d), d => new Conv2dBackwardWeightsVectorized(d)),
        Of<IConv2dForward>(d => new Conv2dForwardPortable(d), d => new Conv2dForwardVectorized(d)),
        Of<IDropout>(_ => throw new NotSupportedException(), d => new DropoutVectorized(d)),
        Of<IAdd>(_ => throw new NotSupportedException(), d => new AddVectorized(d)),
        Of<IChannelSum>(_ => throw new NotSupportedException(), d => new ChannelSumVectorized(d)),
        Of<IFill>(_ => throw new NotSupportedException(), d => new FillVectorized(d)),
        Of<IGlobalAvgPool2dBackward>(_ => throw new NotSupportedException(), d => new GlobalAvgPool2dBackwardVectorized(d)),
        Of<IGlobalAvgPool2dForward>(_ => throw new NotSupportedException(), d => new GlobalAvgPool2dForwardVectorized(d)),
        Of<ICopyBlock>(_ => throw new NotSupportedException(), d => new CopyBlockVectorized(d)),
        Of<ITranspose>(_ => throw new NotSupportedException(), d => new TransposeVectorized(d)),
        Of<IMaxPool2dBackward>(_ => throw new NotSupportedException(), d => new MaxPool2dBackwardVectorized(d)),
        Of<IMaxPool2dForward>(_ => throw new NotSupportedException(), d => new MaxPool2dForwardVectorized(d)),
        Of<IPointwiseBackwardData>(_ => throw new NotSupportedException(), d => new PointwiseBackwardDataVectorized(d)),
        Of<IPointwiseBackwardWeights>(_ => throw new NotSupportedException(), d => new PointwiseBackwardWeightsVectorized(d)),
        Of<IPointwiseForward>(_ => throw new NotSupportedException(), d => new PointwiseForwardVectorized(d)),
        Of<IPointwiseMlpBackward>(_ => throw new NotSupportedException(), d => new PointwiseMlpBackwardVectorized(d)),
        Of<IPointwiseMlpForward>(_ => throw new NotSupportedException(), d => new PointwiseMlpForwardVectorized(d)),
        Of<IReluBackward>(_ => throw new NotSupportedException(), d => new ReluBackwardVectorized(d)),
        Of<IReluForward>(d => new ReluForwardPortable(d), d => new ReluForwardVectorized(d)),
        Of<ISgd>(_ => throw new NotSupportedException(), d => new SgdVectorized(d)),
        Of<ISoftmaxCrossEntropy>(_ => throw new NotSupportedException(), d => new SoftmaxCrossEntropyVectorized(d)),
    ];

    static readonly Dictionary<Type, Row> ByOp = Rows.ToDictionary(row => row.Op);

    /// <summary>The ops that have a row.</summary>
    public static IEnumerable<Type> Ops => ByOp.Keys;

    /// <summary>Makes the variant of an op for a device.</summary>
    public static TOp Create<TOp>(Device device)
        where TOp : class, IOp =>
        (TOp)(device is CpuDevice cpu ? ByOp[typeof(TOp)].Vectorized(cpu) : ByOp[typeof(TOp)].Portable((AcceleratorDevice)device));

    static Row Of<TOp>(Func<AcceleratorDevice, TOp> portable, Func<CpuDevice, TOp> vectorized)
        where TOp : class, IOp =>
        new(typeof(TOp), portable, vectorized);

    sealed record Row(Type Op, Func<AcceleratorDevice, object> Portable, Func<CpuDevice, object> Vectorized);
}
