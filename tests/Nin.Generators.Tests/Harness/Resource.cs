namespace Nin.Generators.Tests.Harness;

/// <summary>Files that are built into this assembly.</summary>
static class Resource
{
    public static IEnumerable<string> Names(string folder) => typeof(Resource).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith($"{folder}/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    public static string Read(string name)
    {
        using StreamReader reader = new(typeof(Resource).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name));
        return reader.ReadToEnd();
    }
}
