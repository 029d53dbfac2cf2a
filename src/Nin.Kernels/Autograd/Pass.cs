using System.ComponentModel;
using ILGPU;
using ILGPU.Runtime;
using Nin.Ops;

namespace Nin;

/// <summary>
/// One batch on its way through a network: how many examples, the key of its random numbers, and how a step computes.
/// </summary>
/// <remarks>
/// Work is queued: launches run one after the other, in the order of the calls, across steps too; the host does not wait for them, and a
/// step does not ask it to. On device <c>cpu</c> they are done when the call returns. One thread uses a pass; another session's pass may run the same
/// step at the same time. What a pass hands out (spans, array views, scratch) is valid until the step's method returns.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public readonly partial struct Pass
{
    internal Pass(DeviceStream stream, int batch, ulong seed = 0, int step = 0, int firstExample = 0, RankPass? ranks = null)
    {
        Stream = stream;
        Batch = batch;
        Seed = seed;
        Step = step;
        FirstExample = firstExample;
        Ranks = ranks;
    }

    /// <summary>Examples.</summary>
    public int Batch { get; }

    /// <summary>The network's seed.</summary>
    public ulong Seed { get; }

    /// <summary>The training step.</summary>
    public int Step { get; }

    /// <summary>Index of the batch's first example among those of the whole step.</summary>
    public int FirstExample { get; }

    /// <summary>Where it runs.</summary>
    public Device Device => Stream.Device;

    /// <summary>
    /// True on device <c>cpu</c>, where managed code can compute over <see cref="Span"/>. A step without such code launches its kernel there,
    /// too, which then runs in ILGPU's CPU accelerator: correct, but slow.
    /// </summary>
    public bool IsCpu => Device is CpuDevice;

    internal DeviceStream Stream { get; }

    /// <summary>
    /// True where <see cref="Nin.Step.Infer"/> computes what is frozen below the first trained layer of a training pass: it must give the bits of that
    /// pass, whatever else inference may do.
    /// </summary>
    internal bool IsOfTraining { get; init; }

    /// <summary>The other processes that compute parts of the same batch; null where there are none.</summary>
    internal RankPass? Ranks { get; }

    internal TOp Op<TOp>()
        where TOp : class, IOp => Stream.Device.Kernels.Get<TOp>();

    /// <summary>
    /// Scratch memory of the step's method: its content is undefined, and other steps use it again. A method asks once, for everything that it needs.
    /// </summary>
    /// <param name="length">Float32 elements, 0 or more.</param>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public DeviceView Scratch(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return Stream.Scratch(length);
    }

    /// <summary>Memory of device <c>cpu</c> as managed code reads and writes it.</summary>
    /// <param name="view">A view of at most <see cref="int.MaxValue"/> elements; none gives an empty span.</param>
    /// <exception cref="ArgumentException">The view has more elements than a span can.</exception>
    /// <exception cref="InvalidOperationException">The pass runs on another device, whose memory the processor does not see.</exception>
    public unsafe Span<float> Span(DeviceView view)
    {
        if (!IsCpu) throw new InvalidOperationException($"Memory of {Device.Id} has no spans: only device cpu has (Pass.IsCpu). Launch a kernel instead.");
        if (view.Length > int.MaxValue)
            throw new ArgumentException(
                $"A span has at most {int.MaxValue:N0} elements, and the view {view.Length:N0}: slice it, or run with a smaller batch.", nameof(view));
        return new Span<float>(view.Pointer, (int)view.Length);
    }

    /// <summary>Runs the pieces 0 to <paramref name="pieces"/> - 1 of a job on the threads of device <c>cpu</c>, and returns when all are done.</summary>
    /// <param name="pieces">How many; results must not depend on which thread computes a piece.</param>
    /// <param name="job">Holds the pass and the views that it reads and writes. The call allocates nothing.</param>
    /// <exception cref="InvalidOperationException">The pass runs on another device.</exception>
    public void Run<TJob>(int pieces, in TJob job)
        where TJob : struct, IPieces
    {
        if (Device is not CpuDevice cpu) throw new InvalidOperationException($"Only device cpu runs managed code, not {Device.Id}: launch a kernel instead.");
        var adapted = new PieceJob<TJob>(job);
        cpu.Pool.Run(pieces, ref adapted);
    }

    /// <summary>Memory as a kernel's argument.</summary>
    /// <param name="view">The view; none gives an empty array view.</param>
    public ArrayView<float> Array(DeviceView view) =>
        Device is CpuDevice cpu ? cpu.KernelHost.Array(view) : view.Array;

    /// <summary>Memory that holds 32-bit integers, such as labels, as a kernel's argument.</summary>
    /// <param name="view">The view; none gives an empty array view.</param>
    public ArrayView<int> Integers(DeviceView view) => Array(view).Cast<int>();

    /// <summary>The launch of a kernel whose threads stride over <paramref name="total"/> items: <see cref="KernelThread"/>.</summary>
    /// <param name="total">Items, 1 or more.</param>
    public KernelConfig Over(long total) => Accelerator.Over(total);

    AcceleratorDevice Accelerator => Device is CpuDevice cpu ? cpu.KernelHost.Device : (AcceleratorDevice)Device;

    // Of the accelerator that runs kernels: on device cpu that is the host's, whose launches are done when they return.
    DeviceStream Launches => Device is CpuDevice cpu ? cpu.KernelHost.Stream : Stream;
}

/// <summary>Managed code that device <c>cpu</c> runs piece by piece on all its threads: <see cref="Pass.Run"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public interface IPieces
{
    /// <summary>Computes one piece, at the same time as others.</summary>
    void Run(int piece);
}

/// <summary>Which items a thread of a kernel computes: <c>for (long i = KernelThread.Index; i &lt; n; i += KernelThread.Stride)</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public static class KernelThread
{
    /// <summary>The thread's number in the whole launch.</summary>
    public static long Index => PortableThread.Index;

    /// <summary>Threads of the whole launch.</summary>
    public static long Stride => PortableThread.Stride;
}

readonly struct PieceJob<TJob>(TJob job) : IJob
    where TJob : struct, IPieces
{
    readonly TJob job = job;

    public void Execute(int index, int worker) => job.Run(index);
}
