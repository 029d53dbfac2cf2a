namespace Nin;

/// <summary>Fails the build (NIN013) where the network grows over a limit.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BudgetAttribute : Attribute
{
    /// <summary>The most learnt parameters, 1 or more. Default: no limit.</summary>
    public long MaxParameters { get; set; } = long.MaxValue;

    /// <summary>The most multiply-adds of one example's forward pass, 1 or more. Default: no limit.</summary>
    public long MaxMacs { get; set; } = long.MaxValue;
}
