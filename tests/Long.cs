namespace Nin;

/// <summary>
/// What takes long, beside short tests that run every time, runs where NIN_LONG is set: <c>NIN_LONG=1 dotnet test -c Release --filter Category=Long</c>.
/// The conformance tests of slow devices take all of their cases there: <c>NIN_LONG=1 dotnet test -c Release tests/Nin.Kernels.Tests</c>.
/// </summary>
static class Long
{
    const string Skipped = "takes long; set NIN_LONG=1 to run it.";

    /// <summary>Whether it was asked for.</summary>
    public static bool IsAskedFor { get; } = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NIN_LONG"));

    /// <summary>Why a test is skipped now, or null.</summary>
    public static string? Skip => IsAskedFor ? null : Skipped;
}

/// <summary>A test that takes long; see <see cref="Long"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class LongFactAttribute : FactAttribute
{
    /// <summary>Says at discovery why it is skipped.</summary>
    public LongFactAttribute() => Skip = Long.Skip;
}

/// <summary>Tests that take long; see <see cref="Long"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class LongTheoryAttribute : TheoryAttribute
{
    /// <summary>Says at discovery why they are skipped.</summary>
    public LongTheoryAttribute() => Skip = Long.Skip;
}
