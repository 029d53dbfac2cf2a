namespace Nin.Vectorized;

/// <summary>Work cut into independent pieces, which a <see cref="WorkerPool"/> runs in any order on any thread.</summary>
interface IJob
{
    /// <summary>
    /// Computes piece <paramref name="index"/>. What it computes must not depend on <paramref name="worker"/>, which only names
    /// the scratch memory that is this thread's own (0 to <see cref="WorkerPool.Threads"/> - 1).
    /// </summary>
    void Execute(int index, int worker);
}
