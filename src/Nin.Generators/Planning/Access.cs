namespace Nin.Generators.Planning;

/// <summary>How generated methods name a layer's property, which a parameter of theirs may hide.</summary>
static class Access
{
    /// <summary>The parameters of generated constructors and methods.</summary>
    public static IReadOnlyList<string> Parameters { get; } =
        ["accumulate", "arena", "batch", "device", "input", "inputGradient", "parameters", "pass", "path", "seed"];

    public static string To(string property) => Parameters.Contains(property) ? $"this.{property}" : property;
}
