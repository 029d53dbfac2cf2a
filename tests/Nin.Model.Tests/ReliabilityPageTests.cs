using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Nin.Model.Tests;

/// <summary><c>docs/reliability.md</c> names tests that exist.</summary>
public sealed partial class ReliabilityPageTests
{
    [Fact]
    public void Every_test_that_the_page_names_is_there()
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));
        string page = File.ReadAllText(Path.Combine(root, "docs", "reliability.md"));
        var files = Directory.EnumerateFiles(Path.Combine(root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(Path.GetFileNameWithoutExtension, File.ReadAllText);
        var named = TestName().Matches(page).Select(m => (Class: m.Groups[1].Value, Method: m.Groups[2].Value)).ToList();
        named.Should().HaveCountGreaterThan(30);
        named.Where(n => !files[n.Class].Any(f => n.Method.Length == 0 || f.Contains($" {n.Method}("))).Should().BeEmpty();
    }

    static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"`(\w+Tests)(?:\.(\w+))?`")]
    private static partial Regex TestName();
}
