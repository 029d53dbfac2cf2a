namespace Nin.Ops;

/// <summary>
/// The one place where an op finds the variant that its device runs. Variants are made on first use and live as long as the device:
/// a portable one holds its compiled kernels.
/// </summary>
sealed class KernelCatalog(Device device)
{
    readonly Dictionary<Type, object> variants = [];

    /// <summary>The variant of an op, named by its interface.</summary>
    public TOp Get<TOp>()
        where TOp : class, IOp
    {
        lock (variants)
        {
            if (!variants.TryGetValue(typeof(TOp), out object? variant))
                variants.Add(typeof(TOp), variant = KernelTable.Create<TOp>(device));
            return (TOp)variant;
        }
    }
}
