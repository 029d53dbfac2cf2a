using System.Text.RegularExpressions;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests;

/// <summary>The generator's folders form a line, and layers know all about themselves. Its own source is read for that.</summary>
public class SourceOrderTests
{
    /// <summary>Each folder uses those before it alone. The README of the generator shows the same line.</summary>
    static readonly string[] Order = ["Spec", "Symbols", "Diagnostics", "Source", "Layers", "Parsing", "Planning", "Emission"];

    static readonly IReadOnlyList<(string Folder, string Name, string Text)> Files =
        [.. Resource.Names("Generator").Select(name => name.Split('/')).Where(path => path.Length == 3)
            .Select(path => (path[1], path[2], Resource.Read(string.Join('/', path))))];

    [Fact]
    public void Every_folder_has_its_place_in_the_line() =>
        Files.Select(f => f.Folder).Distinct().Should().BeEquivalentTo(Order);

    [Fact]
    public void A_folder_uses_those_before_it_alone()
    {
        foreach ((string folder, string name, string text) in Files)
        {
            IEnumerable<string> used = Regex.Matches(text, @"Nin\.Generators\.(\w+)").Select(m => m.Groups[1].Value);
            used.Should().OnlyContain(
                other => Array.IndexOf(Order, other) >= 0 && Array.IndexOf(Order, other) <= Array.IndexOf(Order, folder), $"of {folder}/{name}");
        }
    }

    [Fact]
    public void The_README_shows_the_line() => Resource.Read("Generator/README.md").Should().Contain(string.Join(" <- ", Order));

    [Fact]
    public void No_file_outside_of_Layers_names_a_kind_of_layer()
    {
        string[] kinds = [.. Files.Where(f => f.Folder == "Layers").SelectMany(f => Regex.Matches(f.Text, @"sealed record (\w+Layer)\b").Select(m => m.Groups[1].Value))];
        kinds.Should().HaveCountGreaterThan(10);
        foreach ((string folder, string name, string text) in Files.Where(f => f.Folder != "Layers"))
            Regex.Matches(text, @"\w+").Select(m => m.Value).Should().NotIntersectWith(kinds, $"of {folder}/{name}");
    }
}
