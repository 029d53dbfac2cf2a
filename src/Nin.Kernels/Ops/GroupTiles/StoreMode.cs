namespace Nin.Ops;

/// <summary>What a result does to what stands in its place.</summary>
enum StoreMode
{
    /// <summary>Overwrites it.</summary>
    Overwrite,

    /// <summary>Is added to it.</summary>
    Add,

    /// <summary>Overwrites it where it is positive, and clears it elsewhere: the gradient in front of a ReLU, written over its output.</summary>
    WherePositive,
}
