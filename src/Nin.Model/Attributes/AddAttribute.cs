namespace Nin;

/// <summary>
/// The sum of the outputs of earlier layers, element by element; all have the same shape. A residual connection is
/// <c>[Add(nameof(Block1), nameof(Block3))]</c>.
/// </summary>
/// <param name="first">The name of an earlier layer.</param>
/// <param name="second">The name of another.</param>
/// <param name="more">The names of more.</param>
public sealed class AddAttribute(string first, string second, params string[] more) : LayerAttribute
{
    /// <summary>Two outputs added.</summary>
    /// <param name="first">The name of an earlier layer.</param>
    /// <param name="second">The name of another.</param>
    public AddAttribute(string first, string second)
        : this(first, second, [])
    {
    }

    /// <summary>The first input.</summary>
    public string First { get; } = first;

    /// <summary>The second input.</summary>
    public string Second { get; } = second;

    /// <summary>The other inputs.</summary>
    public string[] More { get; } = more;
}
