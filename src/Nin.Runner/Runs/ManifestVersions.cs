using System.Reflection;
using System.Runtime.InteropServices;

namespace Nin.Runner.Runs;

/// <summary>What a manifest says of the software.</summary>
sealed record ManifestVersions(string Nin, string Dotnet, string System, string Processor)
{
    public static ManifestVersions OfThisProcess() => new(
        typeof(ManifestVersions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString());
}
