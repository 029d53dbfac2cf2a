namespace Nin.Generators.Tests;

/// <summary>
/// A test of minutes, whose short form runs every time. It runs where NIN_LONG is set: <c>NIN_LONG=1 dotnet test -c Release --filter Category=Long</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : FactAttribute
{
    /// <summary>Says at discovery why it is skipped.</summary>
    public LongFactAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NIN_LONG")))
            Skip = "takes minutes; its short form runs beside it. Set NIN_LONG=1 to run it.";
    }
}
