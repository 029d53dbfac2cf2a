namespace Nin.Ops;

/// <summary>Which variant of an op runs on which device: the whole choice, as one table.</summary>
static class KernelTable
{
    static readonly Row[] Rows =
    [
        Of<IReluForward>(d => new ReluForwardPortable(d), _ => throw new NotSupportedException()),
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
