namespace Nin;

/// <summary>A size as a type: <see cref="D96"/> is 96. The argument of a structural shape such as <see cref="Chw{C,H,W}"/>.</summary>
public interface IDim
{
    /// <summary>The size.</summary>
    static abstract int Value { get; }
}
