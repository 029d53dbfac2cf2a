using System.Text.RegularExpressions;

namespace Nin.Docs.Tests;

/// <summary>A page of the documentation: its blocks of code and what they take for granted.</summary>
/// <param name="Path">In the repository: <c>docs/training.md</c>.</param>
/// <param name="Text">All of it.</param>
sealed partial record Page(string Path, string Text)
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Pages that people read to use Nin; those of the diagnostics have tests of their own.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. Files("", "README*.md", SearchOption.TopDirectoryOnly),
        .. Files("", "CONTRIBUTING.md", SearchOption.TopDirectoryOnly),
        .. Files("docs", "*.md", SearchOption.TopDirectoryOnly),
        .. Files("docs/diagnostics", "README.md", SearchOption.TopDirectoryOnly),
        .. Files("docs/pictures", "*.md", SearchOption.TopDirectoryOnly),
        .. Files("docs/site", "README.md", SearchOption.TopDirectoryOnly),
        .. Files("docs/packages", "*.md", SearchOption.TopDirectoryOnly),
        .. Files("samples", "*.md", SearchOption.AllDirectories),
        .. Files("src", "README.md", SearchOption.AllDirectories),
        .. Files("bench", "*.md", SearchOption.TopDirectoryOnly),
    ];

    /// <summary>The page with this path.</summary>
    public static Page At(string path) => All.Single(p => p.Path == path);

    /// <summary>The fenced blocks, in order.</summary>
    public IEnumerable<Block> Blocks => Fence().Matches(Text).Select(
        m => new Block(m.Groups["kind"].Value, m.Groups["note"].Value.Trim(), m.Groups["code"].Value, Line: Text.AsSpan(0, m.Groups["code"].Index).Count('\n') + 1));

    /// <summary>
    /// What the fragments use and do not declare, from comments that readers do not see:
    /// <c>&lt;!-- given: Device device; float[] pixels --&gt;</c>.
    /// </summary>
    public IEnumerable<string> Given => GivenComment().Matches(Text)
        .SelectMany(m => m.Groups[1].Value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    static IEnumerable<Page> Files(string folder, string pattern, SearchOption option) => Directory
        .EnumerateFiles(System.IO.Path.Combine(Root, folder), pattern, option)
        .Select(file => System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules"))
        .Order(StringComparer.Ordinal)
        .Select(path => new Page(path, File.ReadAllText(System.IO.Path.Combine(Root, path))));

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Nin.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"Nin.sln is in no folder above {AppContext.BaseDirectory}.");
        return folder.FullName;
    }

    [GeneratedRegex(@"^```(?<kind>[a-z]*)(?<note>[^\n`]*)\n(?<code>.*?)^```\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"<!--\s*given:(.*?)-->", RegexOptions.Singleline)]
    private static partial Regex GivenComment();
}

/// <summary>A fenced block.</summary>
/// <param name="Kind">The language: <c>csharp</c>, <c>sh</c>.</param>
/// <param name="Note">What follows it: the id of a diagnostic that the code gets.</param>
/// <param name="Code">Its lines.</param>
/// <param name="Line">The page's line on which they begin, from 1.</param>
sealed partial record Block(string Kind, string Note, string Code, int Line)
{
    /// <summary>Whether it is a whole file rather than a fragment: it says what it uses.</summary>
    public bool IsFile => UsingDirective().IsMatch(Code);

    [GeneratedRegex(@"\A\s*using [A-Z][\w.]*;")]
    private static partial Regex UsingDirective();
}
