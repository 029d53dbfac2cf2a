using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Nin.Generators.Tests.Packages;

/// <summary>What somebody gets who references the package alone, in projects outside this repository.</summary>
[Trait("Category", "Slow")]
public partial class PackageTests(PackedConsumers consumers) : IClassFixture<PackedConsumers>
{
    const string Book = "book 1992166 ";

    [Fact]
    public void The_packages_hold_libraries_documentation_and_the_generator_and_nothing_native()
    {
        Entries("Nin.Kernels").Should().BeEquivalentTo(
            "Nin.Kernels.nuspec", "README.md", "icon.png", "buildTransitive/Nin.Kernels.targets", "lib/net10.0/Nin.Kernels.dll", "lib/net10.0/Nin.Kernels.xml");
        Entries("Nin.Model").Should().BeEquivalentTo(
            [.. new NetworkAnalyzer().SupportedDiagnostics.Select(rule => $"docs/diagnostics/{rule.Id}.md"),
            "docs/diagnostics/README.md", "buildTransitive/Nin.Model.props", "Nin.Model.nuspec", "README.md", "icon.png", "lib/net10.0/Nin.Model.dll", "lib/net10.0/Nin.Model.xml",
            "analyzers/dotnet/cs/Nin.Generators.dll", "analyzers/dotnet/cs/Nin.CodeFixes.dll"]);
        new DirectoryInfo(consumers.Feed).EnumerateFiles($"*.{PackedConsumers.Version}.*").Sum(f => f.Length).Should().BeLessThan(5_000_000);
    }

    [Theory]
    [InlineData("Nin.Kernels", new[] { "ILGPU", "ILGPU.Algorithms" })]
    [InlineData("Nin.Model", new[] { "ILGPU", "ILGPU.Algorithms", "Microsoft.Extensions.Logging.Abstractions", "Nin.Kernels" })]
    public void The_packages_say_their_licence_and_depend_on_little(string package, string[] dependencies)
    {
        using ZipArchive archive = Open(package);
        using Stream stream = archive.GetEntry($"{package}.nuspec")!.Open();
        XElement[] elements = [.. XDocument.Load(stream).Descendants()];
        XElement licence = elements.Single(e => e.Name.LocalName == "license");
        $"{licence.Attribute("type")!.Value} {licence.Value}".Should().Be("expression MIT");
        elements.Single(e => e.Name.LocalName == "readme").Value.Should().Be("README.md");
        elements.Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value).Should().BeEquivalentTo(dependencies);
    }

    [Fact]
    public void Nin_Model_asks_for_the_very_version_of_Nin_Kernels_whose_internal_members_it_uses()
    {
        using ZipArchive archive = Open("Nin.Model");
        using Stream stream = archive.GetEntry("Nin.Model.nuspec")!.Open();
        XElement[] elements = [.. XDocument.Load(stream).Descendants()];
        string version = elements.Single(e => e.Name.LocalName == "version").Value;
        elements.Single(e => e.Attribute("id")?.Value == "Nin.Kernels").Attribute("version")!.Value.Should().Be($"[{version}]");
    }

    [Theory]
    [InlineData("Library")]
    [InlineData("Application")]
    public void A_declared_network_builds_without_an_error_or_a_warning(string project) =>
        consumers.Of(project).Should().BeEmpty(consumers.Log);

    [Fact]
    public void It_runs_and_networks_of_two_assemblies_are_wired_by_their_shapes() =>
        consumers.Run("Application").Should().SatisfyRespectively(
            book => book.Should().StartWith(Book),
            logits => logits.Should().Be("logits 10"),
            wired => wired.Should().Be("wired 20"),
            devices => devices.Should().Be("devices cpu", "the project says NinAccelerators=false, and the package passes it on"));

    [Fact]
    public void A_window_that_does_not_fit_fails_the_build_on_its_argument()
    {
        BuildMessage error = consumers.Of("WrongKernel").Should().ContainSingle(consumers.Log).Subject;
        (error.Severity, error.Id, error.File).Should().Be(("error", "NIN005", "BookNin.cs"));
        consumers.Source("WrongKernel", "BookNin.cs")[error.Line - 1][(error.Column - 1)..].Should().StartWith("Kernel = 31");
        error.Text.Should().StartWith(
            "Block2 (layer 3): window 31x31 does not fit the padded input 26x26 of 96x26x26; use Kernel <= 26 or Padding >= 3");
    }

    [Fact]
    public void A_diagnostic_links_to_its_page_in_the_package_that_reported_it()
    {
        string link = LinkOf("WrongKernel");
        link.Should().StartWith("file:///");
        File.ReadAllText(new Uri(link).LocalPath).Should().StartWith("# NIN005: ");
    }

    [Fact]
    public void A_diagnostic_links_to_its_page_in_the_repository_for_which_the_package_was_packed() =>
        LinkOf("Published").Should().Be($"{PackedConsumers.Address}/blob/main/docs/diagnostics/NIN005.md");

    [Fact]
    public void Pages_in_a_package_link_to_pages_in_it()
    {
        foreach (string package in new[] { "Nin.Kernels", "Nin.Model" })
        {
            using ZipArchive archive = Open(package);
            Uri root = new("file:///");
            foreach (ZipArchiveEntry page in archive.Entries.Where(e => e.FullName.EndsWith(".md", StringComparison.Ordinal)))
            {
                using StreamReader reader = new(page.Open());
                IEnumerable<string> links = Link().Matches(reader.ReadToEnd()).Select(m => m.Groups[1].Value).Where(link => !link.Contains(':', StringComparison.Ordinal));
                links.Select(link => new Uri(new Uri(root, page.FullName), link).AbsolutePath.TrimStart('/'))
                    .Should().BeSubsetOf(archive.Entries.Select(e => e.FullName), "{0} is in {1}", page.FullName, package);
            }
        }
    }

    [Fact]
    public void A_last_ReLU_that_was_not_asked_for_warns_and_stays()
    {
        BuildMessage warning = consumers.Of("SilentRelu").Should().ContainSingle(consumers.Log).Subject;
        (warning.Severity, warning.Id).Should().Be(("warning", "NIN102"));
        consumers.Source("SilentRelu", "BookNin.cs")[warning.Line - 1][(warning.Column - 1)..].Should().StartWith("NinBlock(10, ");
        consumers.Run("SilentRelu").Should().Equal(consumers.Run("Application")[0]);
    }

    [Fact]
    public void Wiring_of_shapes_that_differ_is_the_compilers_own_error()
    {
        BuildMessage error = consumers.Of("Miswired").Should().ContainSingle(consumers.Log).Subject;
        (error.Severity, error.Id, error.File).Should().Be(("error", "CS1503", "Wiring.cs"));
        consumers.Source("Miswired", "Wiring.cs")[error.Line - 1][(error.Column - 1)..].Should().StartWith("stem.Forward(images)");
        error.Text.Should().Contain("Tensor<Nin.Chw<Nin.Dimensions.D8, Nin.Dimensions.D12, Nin.Dimensions.D10>>").And.Contain("Tensor<Nin.Chw<Nin.Dimensions.D8, Nin.Dimensions.D12, Nin.Dimensions.D11>>");
    }

    /// <summary>What the compiler puts in brackets after a project's only message.</summary>
    string LinkOf(string project)
    {
        string text = consumers.Of(project).Should().ContainSingle(consumers.Log).Subject.Text;
        return text[(text.LastIndexOf('(') + 1)..^1];
    }

    IEnumerable<string> Entries(string package)
    {
        using ZipArchive archive = Open(package);
        return [.. archive.Entries.Select(e => e.FullName)
            .Where(name => name is not "[Content_Types].xml" and not "_rels/.rels" && !name.EndsWith(".psmdcp", StringComparison.Ordinal))];
    }

    [GeneratedRegex(@"\]\(([^)#]+)[^)]*\)")]
    private static partial Regex Link();

    ZipArchive Open(string package) => ZipFile.OpenRead(Path.Combine(consumers.Feed, $"{package}.{PackedConsumers.Version}.nupkg"));
}
