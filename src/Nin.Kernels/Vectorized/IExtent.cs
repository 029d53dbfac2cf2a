namespace Nin.Vectorized;

/// <summary>
/// How much of a register an access touches: all lanes (<see cref="WholeExtent"/>) or the first few (<see cref="PartExtent"/>). A kernel
/// written over it stands once for the body of a row and for its tail, and so computes the same in both.
/// </summary>
unsafe interface IExtent
{
    TLanes Load<TLanes>(float* source)
        where TLanes : struct, ILanes<TLanes>;

    void Store<TLanes>(float* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes>;

    TLanes LoadBytes<TLanes>(byte* source)
        where TLanes : struct, ILanes<TLanes>;

    void StoreBytes<TLanes>(byte* destination, TLanes value)
        where TLanes : struct, ILanes<TLanes>;
}
