using System.Globalization;
using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Source;

/// <summary>Numbers, shapes and names as C# writes them.</summary>
static class Literal
{
    /// <summary>The largest size with a type of its own.</summary>
    const long LargestDim = 1024;

    /// <summary>A count with its thousands separated: <c>1_992_166</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture).Replace(',', '_');

    /// <summary>A count as people read it: <c>1,992,166</c>.</summary>
    public static string Prose(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>An argument; half-typed code may hold what no number literal can express.</summary>
    public static string Real(double value) => value switch
    {
        double.NaN => "double.NaN",
        double.PositiveInfinity => "double.PositiveInfinity",
        double.NegativeInfinity => "double.NegativeInfinity",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    public static string Flag(bool value) => value ? "true" : "false";

    /// <summary>A shape as a type: <c>Chw&lt;D96, D54, D54&gt;</c>.</summary>
    public static string Type(Shape shape) => shape.IsFlat
        ? $"global::Nin.Features<{Size(shape.Channels)}>"
        : $"global::Nin.Chw<{Size(shape.Channels)}, {Size(shape.Height)}, {Size(shape.Width)}>";

    /// <summary>A shape as a value: <c>new Shape(96, 54, 54)</c>.</summary>
    public static string Value(Shape shape) => shape.IsFlat
        ? Invariant($"global::Nin.Shape.Flat({shape.Channels})")
        : Invariant($"new global::Nin.Shape({shape.Channels}, {shape.Height}, {shape.Width})");

    /// <summary>A size as a type: <c>D96</c>.</summary>
    public static string Size(long size) => size <= LargestDim
        ? Invariant($"global::Nin.Dimensions.D{size}")
        : $"global::Nin.Dimensions.Dk<{Size(size / LargestDim)}, {Size(size % LargestDim)}>";
}
