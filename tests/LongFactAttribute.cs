namespace Nin;

/// <summary>
/// A test that takes long, beside short ones that run every time. It runs where NIN_LONG is set:
/// <c>NIN_LONG=1 dotnet test -c Release --filter Category=Long</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class LongFactAttribute : FactAttribute
{
    /// <summary>Says at discovery why it is skipped.</summary>
    public LongFactAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NIN_LONG")))
            Skip = "takes long; set NIN_LONG=1 to run it.";
    }
}
