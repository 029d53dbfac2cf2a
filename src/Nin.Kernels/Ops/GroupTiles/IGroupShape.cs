namespace Nin.Ops;

/// <summary>
/// How the threads of a group stand over its tile, eight rows by eight columns each; a struct, so that each shape is a kernel of its own
/// whose sizes are constants. Both numbers are even, and from 8 to 16: then a thread fetches at most two blocks of four numbers of each operand.
/// </summary>
interface IGroupShape
{
    /// <summary>Threads side by side.</summary>
    static abstract int Across { get; }

    /// <summary>Threads one below the other.</summary>
    static abstract int Down { get; }
}
