using Nin.Shapes.Sizes;

namespace Nin.Ops;

/// <summary>The element that a window picks: the first of equal maxima in row, then column order, or the last NaN.</summary>
/// <param name="At">Its index in the input.</param>
/// <param name="Tap">Its number among the taps of the window that lie inside the input, in row, then column order.</param>
readonly record struct PoolPick(long At, int Tap)
{
    /// <summary>Added to the tap in the byte that remembers a pick where the picked element is above 0.</summary>
    public const int Positive = StepMemory.MostPickedTaps;
}
