using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>
/// Every op on one device against the double-precision oracle, in channels-last memory. Each file of this class holds a family of ops.
/// Outputs start as NaN between guards, and inputs must stay as they are.
/// </summary>
public abstract partial class ConformanceTests<TDevice>(DeviceFixture<TDevice> fixture) : IClassFixture<DeviceFixture<TDevice>>, IDisposable
    where TDevice : IDeviceUnderTest
{
    static readonly bool[] Both = [false, true];

    readonly List<Operand> operands = [];

    DeviceStream Stream => fixture.Stream;

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

    TOp Op<TOp>()
        where TOp : class, IOp => fixture.Device.Kernels.Get<TOp>();

    /// <summary>An operand that is read.</summary>
    Operand In(float[] values) => Own(new Operand(fixture.Device, values.Length, values, isRead: true));

    /// <summary>An operand that is overwritten.</summary>
    Operand Out(int length) => Own(new Operand(fixture.Device, length, null, isRead: false));

    /// <summary>An operand that is read and overwritten, or whose content may be lost.</summary>
    Operand Over(float[] values) => Own(new Operand(fixture.Device, values.Length, values, isRead: false));

    /// <summary>An operand that a result is added to where <paramref name="accumulate"/>, else one that is overwritten.</summary>
    Operand Target(bool accumulate, float[] before) => accumulate ? Over(before) : Out(before.Length);

    /// <summary>What is wanted in a <see cref="Target"/>.</summary>
    static Oracle Wanted(bool accumulate, Oracle want, float[] before) => accumulate ? want.AddedTo(before.Widen()) : want;

    /// <summary>The cases that this device has time for.</summary>
    static TheoryData<TCase> Taken<TCase>(IEnumerable<TCase> cases, Func<TCase, long> macs) =>
        [.. cases.Where(c => macs(c) < TDevice.MaxMacs).Where((_, i) => i % TDevice.Thinning == 0)];

    Operand Own(Operand operand)
    {
        operands.Add(operand);
        return operand;
    }
}
