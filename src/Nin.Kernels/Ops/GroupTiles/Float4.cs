namespace Nin.Ops;

/// <summary>Four neighbouring numbers: what a GPU reads or writes at a time, where their address is a multiple of 16 bytes.</summary>
struct Float4
{
    /// <summary>Numbers in it.</summary>
    public const int Length = 4;

    public float S0, S1, S2, S3;
}
