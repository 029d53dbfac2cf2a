namespace Nin.Runner.Tests;

/// <summary>A test that needs Debian's <c>dpkg-deb</c>.</summary>
sealed class DpkgDebFactAttribute : FactAttribute
{
    public DpkgDebFactAttribute()
    {
        if (!File.Exists("/usr/bin/dpkg-deb"))
            Skip = "needs /usr/bin/dpkg-deb, which this system does not have";
    }
}
