namespace Nin.Ops;

/// <summary>Which variant of an op runs on which device: the whole choice, as one table.</summary>
static class KernelTable
{
    static readonly Row[] Rows =
    [
        Of<IAdam>(_ => throw new NotSupportedException(), d => new AdamVectorized(d)),
        Of<IAdd>(_ => throw new NotSupportedException(), d => new AddVectorized(d)),
        Of<IChannelSum>(_ => throw new NotSupportedException(), d => new ChannelSumVectorized(d)),
        Of<IFill>(_ => throw new NotSupportedException(), d => new FillVectorized(d)),
        Of<IGlobalAvgPool2dBackward>(_ => throw new NotSupportedException(), d => new GlobalAvgPool2dBackwardVectorized(d)),
        Of<IGlobalAvgPool2dForward>(_ => throw new NotSupportedException(), d => new GlobalAvgPool2dForwardVectorized(d)),
        Of<IReluBackward>(_ => throw new NotSupportedException(), d => new ReluBackwardVectorized(d)),
        Of<IReluForward>(d => new ReluForwardPortable(d), d => new ReluForwardVectorized(d)),
        Of<ISgd>(_ => throw new NotSupportedException(), d => new SgdVectorized(d)),
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
