using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nin.Ops;

/// <summary>
/// A SIMD register of <see cref="Count"/> floats. An op is written once as <c>static void Row&lt;TLanes&gt;(...)</c> and runs at the
/// width that <see cref="SimdWidth.Best"/> names; each lane computes what a scalar loop over MulAdd would, so that a row cut
/// into registers and a partial tail has the same bits at every position.
/// </summary>
/// <remarks>
/// A mask is a register whose lanes are all ones or all zeros; it comes from a comparison and goes into
/// <see cref="Select"/>, <c>&amp;</c> or <c>|</c>. Comparisons with NaN are false.
/// </remarks>
unsafe interface ILanes<TSelf> : IFloat32<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Floats in one register.</summary>
    static abstract int Count { get; }

    /// <summary>True where this machine has registers of this width.</summary>
    static abstract bool IsSupported { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(float* source);

    /// <summary>
    /// Reads the first <paramref name="count"/> floats (0 to <see cref="Count"/>) and nothing after them; the other lanes are 0.
    /// </summary>
    static abstract TSelf Load(float* source, int count);

    void Store(float* destination);

    /// <summary>Non-temporal stores, where they exist: memory that is not read soon need not be fetched before it is written.</summary>
    /// <param name="destination">A multiple of the register's bytes.</param>
    void StorePast(float* destination);

    /// <summary>Writes the first <paramref name="count"/> lanes (0 to <see cref="Count"/>) and nothing after them.</summary>
    void Store(float* destination, int count);

    /// <summary>Reads <see cref="Count"/> bytes as whole numbers.</summary>
    static abstract TSelf LoadBytes(byte* source);

    /// <summary>Writes <see cref="Count"/> bytes; the lanes are whole numbers from 0 to 255.</summary>
    void StoreBytes(byte* destination);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    /// <summary>
    /// <c>sum = MulAdd(a, b, sum)</c> in place. For sums that live across a loop: through a returned value the JIT copies the
    /// register twice per step.
    /// </summary>
    static abstract void Accumulate(ref TSelf sum, TSelf a, TSelf b);

    /// <summary>Lane i is lane <c>indices[i]</c> of <paramref name="value"/>; the indices are from 0 to <see cref="Count"/> - 1.</summary>
    static abstract TSelf Shuffle(TSelf value, int* indices);

    static abstract TSelf GreaterThan(TSelf left, TSelf right);

    static abstract TSelf GreaterThanOrEqual(TSelf left, TSelf right);

    static abstract TSelf Equal(TSelf left, TSelf right);

    static abstract TSelf IsNaN(TSelf value);

    /// <summary>Lanes of <paramref name="then"/> where the mask is set, of <paramref name="otherwise"/> elsewhere.</summary>
    static abstract TSelf Select(TSelf mask, TSelf then, TSelf otherwise);
}

/// <summary>What every width of register can do.</summary>
static class Lanes
{
    /// <inheritdoc cref="IReal{TSelf}.MulAdd"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes MulAdd<TLanes>(float a, TLanes b, TLanes addend)
        where TLanes : struct, ILanes<TLanes> =>
        TLanes.MulAdd(TLanes.Broadcast(a), b, addend);
}

/// <summary>A job written once for every width of register: see <see cref="SimdWidth"/>.</summary>
interface ILanesJob
{
    /// <inheritdoc cref="IJob.Execute"/>
    void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>;
}

/// <summary>An <see cref="ILanesJob"/> at the width of <typeparamref name="TLanes"/>, as a pool takes it.</summary>
struct LanesJob<TJob, TLanes> : IJob
    where TJob : struct, ILanesJob
    where TLanes : struct, ILanes<TLanes>
{
    public TJob Job;

    public void Execute(int index, int worker) => Job.Execute<TLanes>(index, worker);
}

/// <summary>The width of register that this machine computes with.</summary>
static class SimdWidth
{
    /// <summary>512, 256 or 128 bits. A constant to the JIT: a branch on it costs nothing.</summary>
    public static int Best => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Runs the pieces 0 to <paramref name="count"/> - 1 of a job at the width of the pool.</summary>
    public static void Run<TJob>(WorkerPool pool, int count, in TJob job)
        where TJob : struct, ILanesJob
    {
        switch (pool.Width)
        {
            case 512:
                RunAt<TJob, Lanes512>(pool, count, job);
                break;
            case 256:
                RunAt<TJob, Lanes256>(pool, count, job);
                break;
            default:
                RunAt<TJob, Lanes128>(pool, count, job);
                break;
        }
    }

    static void RunAt<TJob, TLanes>(WorkerPool pool, int count, in TJob job)
        where TJob : struct, ILanesJob
        where TLanes : struct, ILanes<TLanes>
    {
        var wide = new LanesJob<TJob, TLanes> { Job = job };
        pool.Run(count, ref wide);
    }
}
