namespace Nin.App;

/// <summary>The words for <see cref="Precision"/>.</summary>
static class Precisions
{
    public static string[] Names { get; } = ["float32", "tf32x3", "tf32"];

    /// <summary>What a word stands for; float32 where there is none.</summary>
    public static Precision Of(string? name) => name switch
    {
        "tf32x3" => Precision.Tf32x3,
        "tf32" => Precision.Tf32,
        _ => Precision.Float32,
    };
}
