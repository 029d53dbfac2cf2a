namespace Nin.Runner.Tests;

/// <summary>A test that compiles a driver of its own; skipped where there is no C compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GccFactAttribute : FactAttribute
{
    public GccFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/gcc")) Skip = "This test compiles a stub with /usr/bin/gcc, which is not here.";
    }
}
