using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>
/// The ops that are products, on one device or with one variant, against the double-precision oracle, in channels-last memory. Each file of
/// this class holds a family of ops. Outputs start as NaN between guards, and inputs must stay as they are.
/// </summary>
public abstract partial class ProductTests<TDevice>(DeviceFixture<TDevice> fixture) : IClassFixture<DeviceFixture<TDevice>>, IDisposable
    where TDevice : IDeviceUnderTest
{
    private protected static readonly bool[] Both = [false, true];

    readonly List<Operand> operands = [];

    private protected DeviceStream Stream => fixture.Stream;

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

    private protected TOp Op<TOp>()
        where TOp : class, IOp => fixture.Device.Kernels.Get<TOp>();

    /// <summary>An operand that is read.</summary>
    private protected Operand In(float[] values) => Own(new Operand(fixture.Device, values.Length, values, isRead: true));

    /// <summary>An operand that is overwritten.</summary>
    private protected Operand Out(int length) => Own(new Operand(fixture.Device, length, null, isRead: false));

    /// <summary>An operand that is read and overwritten, or whose content may be lost.</summary>
    private protected Operand Over(float[] values) => Own(new Operand(fixture.Device, values.Length, values, isRead: false));

    /// <summary>An operand that a result is added to where <paramref name="accumulate"/>, else one that is overwritten.</summary>
    private protected Operand Target(bool accumulate, float[] before) => accumulate ? Over(before) : Out(before.Length);

    /// <summary>What is wanted in a <see cref="Target"/>.</summary>
    private protected static Oracle Wanted(bool accumulate, Oracle want, float[] before) => accumulate ? want.AddedTo(before.Widen()) : want;

    /// <summary>
    /// What is wanted of products, one after the other, at the device's precision. TF32 has 11 significant bits: rounding two operands moves their
    /// product by 2^-10 and 2^-22. The three products of <see cref="Precision.Tf32x3"/> leave out that of both low parts, below 2^-22, and
    /// round each low part, by less than 2^-22.
    /// </summary>
    private protected static Oracle Products(Oracle want, int count = 1)
    {
        if (TDevice.Precision == Precision.Float32) return want;
        double error = TDevice.Precision == Precision.Tf32x3 ? Math.Pow(2, -20) : Math.Pow(2, -10) + Math.Pow(2, -22);
        return want.WithOperandError(Math.Pow(1 + error, count) - 1, sums: TDevice.Precision == Precision.Tf32x3 ? 3 : 1);
    }

    /// <summary>The cases that this device has time for; where NIN_LONG is set, all of them that it can bear.</summary>
    private protected static TheoryData<TCase> Taken<TCase>(IEnumerable<TCase> cases, Func<TCase, long> macs) =>
        [.. cases.Where(c => macs(c) < TDevice.MaxMacs).Where((_, i) => Long.IsAskedFor || i % TDevice.Thinning == 0)];

    Operand Own(Operand operand)
    {
        operands.Add(operand);
        return operand;
    }
}
