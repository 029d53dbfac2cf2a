using System.Collections.Concurrent;
using Nin.Ops;
using System.Runtime.Intrinsics;

namespace Nin.Tests.Vectorized;

/// <summary>
/// One op on one device with operands of its own, <c>[rows, channels]</c> each. A value depends on its row and channel alone, so that
/// runs with other numbers of channels or examples meet the same values.
/// </summary>
sealed class OpRun : IDisposable
{
    // Each op meets the same operands at every width, number of threads and alignment.
    static readonly ConcurrentDictionary<(int Rows, int Channels, int Salt, bool Positive), float[]> Operands = [];

    readonly List<DeviceBuffer> buffers = [];
    readonly List<(DeviceView View, int Channels)> outputs = [];
    readonly int lead;

    /// <param name="width">Bits of the registers.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="n">Examples.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="lead">Elements between the start of a buffer, which is aligned, and that of the operand.</param>
    public OpRun(int width, int threads, int n, int channels, int lead = 0)
    {
        Device = new CpuDevice(threads, width);
        Stream = Device.CreateStream();
        N = n;
        Channels = channels;
        this.lead = lead;
    }

    /// <summary>The widths of this machine.</summary>
    public static int[] Widths =>
        [.. new[] { 128, 256, 512 }.Where(bits => bits == 128 || (bits == 256 ? Vector256.IsHardwareAccelerated : Vector512.IsHardwareAccelerated))];

    public CpuDevice Device { get; }

    public DeviceStream Stream { get; }

    public int N { get; }

    public int Channels { get; }

    /// <summary>Runs an op once; its outputs, each with the number of channels that its rows have.</summary>
    public static (float[] Values, int Channels)[] Outputs(string op, int width, int threads, int n, int channels, int lead = 0)
    {
        using var run = new OpRun(width, threads, n, channels, lead);
        OpRuns.All[op](run)();
        return [.. run.outputs.Select(output => (output.View.ToArray(), output.Channels))];
    }

    /// <summary>Values around 0, among them some zeros.</summary>
    public static float Value(int row, int channel, int salt)
    {
        uint bits = Philox4x32.Block((uint)row, (uint)channel, (uint)salt, 0, 7, 7).X0;
        return bits % 16 == 0 ? 0 : Philox4x32.ToUnit(bits) * 4 - 2;
    }

    /// <summary>An operand that is read.</summary>
    public DeviceView In(int rows, int salt, bool positive = false) => View(Operands.GetOrAdd((rows, Channels, salt, positive), static operand =>
    {
        float[] values = [.. Enumerable.Range(0, operand.Rows * operand.Channels).Select(i => Value(i / operand.Channels, i % operand.Channels, operand.Salt))];
        return operand.Positive ? [.. values.Select(v => MathF.Abs(v) + 0.1f)] : values;
    }));

    /// <summary>An operand that is written, with something in it before.</summary>
    public DeviceView Out(int rows, int salt = 99, bool positive = false)
    {
        DeviceView view = In(rows, salt, positive);
        outputs.Add((view, Channels));
        return view;
    }

    public DeviceView View(float[] values)
    {
        DeviceBuffer buffer = Device.Allocate(lead + values.Length);
        buffers.Add(buffer);
        DeviceView view = buffer.View.Slice(lead, values.Length);
        view.CopyFrom(values);
        return view;
    }

    public void Dispose()
    {
        buffers.ForEach(buffer => buffer.Dispose());
        Stream.Dispose();
        Device.Dispose();
    }
}
