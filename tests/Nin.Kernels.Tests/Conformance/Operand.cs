using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>One operand of an op in a buffer of its own, between guard bands of NaN.</summary>
sealed class Operand : IDisposable
{
    readonly GuardedBuffer host;
    readonly DeviceBuffer buffer;

    /// <param name="device">Where.</param>
    /// <param name="length">Elements.</param>
    /// <param name="values">Its content; null for an output, which starts as NaN.</param>
    /// <param name="isRead">True for an input, which must stay as it is.</param>
    public Operand(Device device, int length, float[]? values, bool isRead)
    {
        host = new GuardedBuffer(length);
        values?.CopyTo(host.Inner);
        buffer = device.Allocate(host.Whole.Length);
        buffer.View.CopyFrom(host.Whole);
        View = buffer.View.Slice(host.Guard, length);
        Before = isRead ? values : null;
    }

    public DeviceView View { get; }

    /// <summary>The content that an input must keep.</summary>
    float[]? Before { get; }

    public static implicit operator DeviceView(Operand? operand) => operand?.View ?? default;

    /// <summary>The result; fails where an element was forgotten or a guard was written.</summary>
    public float[] Read()
    {
        buffer.View.CopyTo(host.Whole);
        host.CheckWritten();
        return host.Inner.ToArray();
    }

    /// <summary>Passes if the guards, and all of an input, are as they were.</summary>
    public void CheckUntouched()
    {
        buffer.View.CopyTo(host.Whole);
        host.CheckGuards();
        if (Before is not null) host.Inner.ToArray().Should().Equal(Before, "an input is only read");
    }

    public void Dispose() => buffer.Dispose();
}
