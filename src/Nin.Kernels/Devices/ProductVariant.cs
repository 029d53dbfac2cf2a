namespace Nin;

/// <summary>How a device computes matrix products, convolutions and their gradients.</summary>
enum ProductVariant
{
    /// <summary>A register tile a thread, without barriers.</summary>
    Threads,

    /// <summary>A tile a group through shared memory, float32 products.</summary>
    Groups,

    /// <summary>The same on tensor cores, three TF32 products for one.</summary>
    TensorCoresThrice,

    /// <summary>The same on tensor cores, operands rounded to TF32.</summary>
    TensorCores,
}
