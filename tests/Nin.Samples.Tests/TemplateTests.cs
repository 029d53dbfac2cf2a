using System.Reflection;
using Nin.Generators.Tests.Packages;
using SkiaSharp;

namespace Nin.Samples.Tests;

/// <summary><c>dotnet new nin-classifier</c> from the packed packages, in a folder outside the repository: the path from a folder of images to a prediction.</summary>
[Trait("Category", "Slow")]
public sealed class TemplateTests : IDisposable
{
    const string Version = "0.1.0-template";

    static readonly string[] Packages = ["Nin.Kernels", "Nin.Model", "Nin.Images", "Nin.Onnx", "Nin.Distributed", "Nin.App", "Nin.Templates"];

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-template-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_new_classifier_trains_on_a_folder_of_images_and_answers()
    {
        Pack();
        // An installation of its own: the user's templates stay as they are.
        string hive = At("hive");
        Run("", "new", "install", Path.Combine(At("feed"), $"Nin.Templates.{Version}.nupkg"), "--debug:custom-hive", hive);
        Run("", "new", "nin-classifier", "-o", "Flowers", "--classes", "2", "--size", "32", "--debug:custom-hive", hive);
        File.ReadAllText(At("Flowers/Flowers.csproj")).Should().Contain($"Include=\"Nin.App\" Version=\"{Version}\"");
        Directory.GetFileSystemEntries(At("Flowers")).Select(Path.GetFileName).Should().BeEquivalentTo("Flowers.csproj", "Program.cs", ".gitignore");
        Fill("Flowers/flowers/daisy", SKColors.White);
        Fill("Flowers/flowers/rose", SKColors.DarkRed);
        File.Copy(At("Flowers/flowers/rose/0.png"), At("Flowers/photo.png"));

        // Word for word what the README says, but for the number of epochs.
        Run("Flowers", "run", "-c", "Release", "--", "train", "--data", "flowers/", "--epochs", "4").Should().Contain("next: Flowers predict --weights runs/");
        Run("Flowers", "run", "-c", "Release", "--", "predict", "photo.png").Should().Contain("photo.png").And.Contain("rose");
    }

    void Pack()
    {
        string repository = Path.GetFullPath("../..", SampleProgram.Folder("own-images"));
        string configuration = typeof(TemplateTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        // One build for all: most of the time of each would be its start.
        Write("pack.proj", $"""
            <Project>
              <Target Name="Pack">
                <MSBuild Projects="{string.Join(';', Packages.Select(p => Path.Combine(repository, "src", p, $"{p}.csproj")))}" Targets="Pack" Properties="Configuration={configuration};NoBuild=true;PackageVersion={Version};PackageOutputPath={At("feed")}" />
              </Target>
            </Project>
            """);
        Write("nuget.config", $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="cache" />
              </config>
              <fallbackPackageFolders>
                <add key="machine" value="{Dotnet.MachineCache}" />
              </fallbackPackageFolders>
              <packageSources>
                <add key="packed" value="{At("feed")}" />
              </packageSources>
            </configuration>
            """);
        Run("", "msbuild", "pack.proj", "-t:Pack", "-v:quiet", "-nodeReuse:false");
    }

    string Run(string where, params string[] arguments)
    {
        (int exitCode, string output) = Dotnet.Run(At(where), arguments);
        exitCode.Should().Be(0, $"dotnet {string.Join(' ', arguments)} says: {output}");
        return output;
    }

    void Fill(string path, SKColor color)
    {
        Directory.CreateDirectory(At(path));
        for (int i = 0; i < 10; i++)
        {
            using var bitmap = new SKBitmap(40 + i, 36);
            bitmap.Erase(color);
            bitmap.SetPixel(i, i, SKColors.Gray);
            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(At($"{path}/{i}.png"), data.ToArray());
        }
    }

    void Write(string path, string text) => File.WriteAllText(At(path), text);

    string At(string path) => Path.Combine(folder.FullName, path);
}
