namespace Nin.Vectorized;

/// <summary>
/// The rows of one step of the depth side by side: for gradients of weights, whose depth is pixels and whose rows are channels, as they lie in the image or packed.
/// </summary>
readonly struct ColumnPanel : IPanel
{
    public static int RowStep => 1;
}
