namespace Nin.Vectorized;

/// <summary>An <see cref="ILanesJob"/> at the width of <typeparamref name="TLanes"/>, as a pool takes it.</summary>
struct LanesJob<TJob, TLanes> : IJob
    where TJob : struct, ILanesJob
    where TLanes : struct, ILanes<TLanes>
{
    public TJob Job;

    public void Execute(int index, int worker) => Job.Execute<TLanes>(index, worker);
}
