namespace Nin.Distributed;

/// <summary>
/// The processes that <c>mpirun</c> started, over Open MPI: <c>options with { Ranks = ranks }</c> trains a network on all of them. Without <c>mpirun</c> there is
/// one, this.
/// </summary>
/// <remarks>
/// A thread of its own talks to the other ranks, so that gradients travel while earlier layers still go backward. Ranks tell their neighbour every second that
/// they are alive: one that does not for <see cref="RanksOptions.Silence"/> ends the run on all. From here until training ends, a rank ends the run itself
/// where it makes no progress (<see cref="RanksOptions.Timeout"/>): long work of a program's own before or between steps, such as reading its data, calls
/// <see cref="Progressed"/> now and then. A process can join once.
/// </remarks>
public sealed unsafe class Ranks : RankGroup
{
    readonly MpiThread thread;
    readonly RankMachine machine;
    bool disposed;

    Ranks(MpiThread thread)
    {
        this.thread = thread;
        BeginWork("the start of the program");
        machine = RankMachine.Find(this);
    }

    /// <inheritdoc/>
    public override int Rank => thread.Rank;

    /// <inheritdoc/>
    public override int Count => thread.Size;

    /// <summary>The share of the time since the first sum that this rank waited for others, 0 to 1.</summary>
    public double WaitingShare => thread.WaitingShare;

    /// <summary>
    /// Opens this rank's device: of <c>cuda</c>, <c>opencl</c> and <c>auto</c> each rank of a machine has one of its own, on <c>cpu</c> the ranks share the processors.
    /// An id with a number names one for all to share.
    /// </summary>
    /// <param name="id">As in <see cref="Device.Open"/>.</param>
    /// <param name="threads">Threads on the CPU; 0 for this rank's share of the processors.</param>
    /// <param name="passedOver">As in <see cref="Device.Open"/>.</param>
    /// <param name="precision">As in <see cref="Device.Open"/>.</param>
    /// <exception cref="ArgumentException">The id is unknown, or the precision is not a valid one.</exception>
    /// <exception cref="InvalidOperationException">There is no such device, or there are fewer devices than ranks; the message says which.</exception>
    public Device OpenDevice(string id = "auto", int threads = 0, Action<DeviceInfo>? passedOver = null, Precision precision = Precision.Float32)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Device.Open(machine.DeviceId(id), threads == 0 ? machine.Threads : threads, passedOver, precision);
    }

    /// <summary>How many processes <c>mpirun</c> started together with this one, as it tells them by a variable, before they join; 1 without it.</summary>
    public static int Started => int.TryParse(Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_SIZE"), out int count) ? count : 1;

    /// <summary>Joins the job.</summary>
    /// <exception cref="DllNotFoundException">Open MPI is not installed.</exception>
    /// <exception cref="NotSupportedException">The MPI that is installed is not Open MPI.</exception>
    /// <exception cref="InvalidOperationException">This process joined before.</exception>
    public static Ranks Initialize(RanksOptions? options = null)
    {
        options ??= new RanksOptions();
        if (options.Silence < TimeSpan.FromSeconds(2))
            throw new ArgumentOutOfRangeException(nameof(options), options.Silence, "Ranks report every second that they are alive: Silence must be 2 seconds or more.");
        if (options.Timeout < TimeSpan.FromSeconds(2))
            throw new ArgumentOutOfRangeException(nameof(options), options.Timeout, "Timeout must be 2 seconds or more.");
        return new Ranks(MpiThread.Start(options));
    }

    /// <inheritdoc/>
    public override void BeginWork(string kind, bool repeats = false) => thread.OwnWork.Begin(kind, repeats);

    /// <inheritdoc/>
    public override void Progressed() => thread.OwnWork.Progressed();

    /// <inheritdoc/>
    public override void EndWork() => thread.OwnWork.End();

    /// <inheritdoc/>
    public override void Gather(ReadOnlySpan<byte> own, Span<byte> all)
    {
        if (all.Length != (long)own.Length * Count)
            throw new ArgumentException($"{Count} pieces of {own.Length} bytes take {(long)own.Length * Count} bytes, and there are {all.Length}.", nameof(all));
        own.CopyTo(all[(own.Length * Rank)..]);
        fixed (byte* pieces = all)
        {
            thread.Queue(new MpiWork(pieces, own.Length, isSum: false));
            thread.Wait();
        }
    }

    /// <inheritdoc/>
    public override void BeginSum(float* values, long length) => thread.Queue(new MpiWork(values, length, isSum: true));

    /// <summary>
    /// Begins to sum numbers of an accelerator. Where Open MPI says that it reads CUDA's memory (and the ranks are a power of two), it is given the device's
    /// addresses, and the device adds; else they go through the host's memory.
    /// </summary>
    /// <inheritdoc/>
    public override void BeginSum(DeviceSum sum)
    {
        ArgumentNullException.ThrowIfNull(sum);
        thread.Queue(sum);
    }

    /// <inheritdoc/>
    public override void FinishSums() => thread.Wait();

    /// <summary>Ends all ranks of the job at once, this one too: for a failure that the others cannot know of.</summary>
    /// <param name="exitCode">The exit code of <c>mpirun</c>.</param>
    public void Abort(int exitCode) => thread.Abort(exitCode);

    /// <summary>Leaves the job when all others do. A rank that is left alone in the middle of a run, because this one failed, ends within seconds.</summary>
    protected override void Dispose(bool disposing)
    {
        if (!disposed) thread.Dispose();
        disposed = true;
        base.Dispose(disposing);
    }
}

/// <summary>How ranks watch each other.</summary>
public sealed record RanksOptions
{
    /// <summary>How long a rank may be silent until the run ends on all of them; 2 seconds or more.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a rank may show no progress in work whose usual duration is not known yet: until a first step or test batch is over (each
    /// of its layers counts as progress), and between steps; 2 seconds or more. Work that repeats may take 20 times as long as the longest before, and at least <see cref="Silence"/>.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The path of Open MPI's library; null for the one that the system finds.</summary>
    internal string? Library { get; init; }
}
