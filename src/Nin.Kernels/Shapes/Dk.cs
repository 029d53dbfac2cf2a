namespace Nin;

/// <summary>A size above 1024: <c>1024 * THigh + TLow</c>, so that <c>Dk&lt;D4, D96&gt;</c> is 4192.</summary>
/// <typeparam name="THigh">How many times 1024.</typeparam>
/// <typeparam name="TLow">What is left, 0 to 1023.</typeparam>
public readonly struct Dk<THigh, TLow> : IDim
    where THigh : struct, IDim
    where TLow : struct, IDim
{
    /// <inheritdoc/>
    public static int Value => 1024 * THigh.Value + TLow.Value;
}
