namespace Nin.Generators.Planning;

/// <summary>How the gradient of one input is made.</summary>
enum GradientWrite
{
    /// <summary>Written, as the first of its readers does.</summary>
    Write,

    /// <summary>Added to what a later reader wrote before.</summary>
    Accumulate,

    /// <summary>The gradient of the value is that of the input, where it lies: nothing runs.</summary>
    Rename,
}
