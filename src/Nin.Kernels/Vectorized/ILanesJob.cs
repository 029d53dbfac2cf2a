namespace Nin.Vectorized;

/// <summary>A job written once for every width of register: see <see cref="SimdWidth"/>.</summary>
interface ILanesJob
{
    /// <inheritdoc cref="IJob.Execute"/>
    void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>;
}
