namespace Nin;

/// <summary>The shape of one example as a type, so that wiring two layers that do not fit is an error of the C# compiler.</summary>
public interface IShape
{
    /// <summary>The same shape as a value.</summary>
    static abstract Shape Shape { get; }
}
