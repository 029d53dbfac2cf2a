using System.Reflection;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Packages;

/// <summary>
/// Packs both packages and builds, outside the repository, the projects of <c>Consumers</c> against them: in one build, for most of a
/// build's time is its start. The temporary folder holds the packages' cache too, so that the machine's own keeps nothing.
/// </summary>
public sealed class PackedConsumers : IDisposable
{
    /// <summary>Packed as they are, while the source is published nowhere.</summary>
    public const string Version = "0.1.0-packed";

    /// <summary>Packed for a source that is published at <see cref="Address"/>.</summary>
    public const string PublishedVersion = "0.1.0-published";

    /// <summary>Where the source might be.</summary>
    public const string Address = "https://example.org/nin";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-packages-");
    readonly IReadOnlyList<BuildMessage> messages;

    public PackedConsumers()
    {
        Pack();
        foreach (string name in Resource.Names("Consumers")) Write(name["Consumers/".Length..].Replace('\\', '/'), Resource.Read(name));
        Write("nuget.config", $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="cache" />
              </config>
              <fallbackPackageFolders>
                <add key="machine" value="{Dotnet.MachineCache}" />
              </fallbackPackageFolders>
              <packageSources>
                <add key="packed" value="{Feed}" />
              </packageSources>
            </configuration>
            """);
        string[] build = ["build", "Consumers.slnx", "-c", "Release", "-v", "quiet", "-tl:off", "-nodeReuse:false"];
        Log = Dotnet.Run(folder.FullName, build).Output;
        messages = BuildMessage.Parse(Log);
    }

    /// <summary>Everything that the build wrote.</summary>
    public string Log { get; }

    /// <summary>Where the packages are.</summary>
    public string Feed => Path.Combine(folder.FullName, "feed");

    /// <summary>The errors and warnings of a project.</summary>
    internal IEnumerable<BuildMessage> Of(string project) => messages.Where(m => m.Project == project || m.Project.Length == 0);

    /// <summary>Runs a project that was built; its output, line by line.</summary>
    public string[] Run(string project)
    {
        (int exitCode, string output) = Dotnet.Run(folder.FullName, Path.Combine(project, "bin", "Release", "net10.0", $"{project}.dll"));
        exitCode.Should().Be(0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>A project's source, line by line.</summary>
    public string[] Source(string project, string file) => File.ReadAllLines(Path.Combine(folder.FullName, project, file));

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Packs what this configuration of the repository has built, in one build: most of the time of each would be its start.</summary>
    void Pack()
    {
        string configuration = typeof(PackedConsumers).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        string projects = string.Join(';', new[] { "Nin.Kernels", "Nin.Model" }.Select(name => Path.Combine(Repository, "src", name, $"{name}.csproj")));
        string properties = $"Configuration={configuration};NoBuild=true;PackageOutputPath={Feed}";
        Write("pack.proj", $"""
            <Project>
              <Target Name="Pack">
                <MSBuild Projects="{projects}" Targets="Pack" Properties="{properties};PackageVersion={Version}" />
                <MSBuild Projects="{projects}" Targets="Pack" Properties="{properties};PackageVersion={PublishedVersion};RepositoryUrl={Address}" />
              </Target>
            </Project>
            """);
        (int exitCode, string output) = Dotnet.Run(folder.FullName, "msbuild", "pack.proj", "-t:Pack", "-v:quiet", "-nodeReuse:false");
        exitCode.Should().Be(0, output);
    }

    void Write(string path, string text)
    {
        FileInfo file = new(Path.Combine(folder.FullName, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text);
    }

    static string Repository
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nin.sln"))) folder = folder.Parent;
            return folder?.FullName
                ?? throw new DirectoryNotFoundException("These tests run inside the repository, whose projects they pack.");
        }
    }
}
