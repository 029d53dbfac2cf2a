namespace Nin.Vectorized;

/// <summary>
/// A register of 64-bit lanes for <see cref="PhiloxLanes"/>. Each lane holds a 32-bit word in its low half and anything in its high half:
/// what the widening multiplication takes and gives, so that a round moves nothing between lanes.
/// </summary>
unsafe interface IWords<TSelf>
    where TSelf : struct, IWords<TSelf>
{
    /// <summary>Words in one register.</summary>
    static abstract int Count { get; }

    static abstract TSelf Broadcast(uint word);

    /// <summary>The numbers <paramref name="first"/> to <paramref name="first"/> + Count - 1, in the order that <see cref="StoreUnits"/> takes.</summary>
    static abstract TSelf Counters(uint first);

    /// <summary>The 64-bit products of the words.</summary>
    static abstract TSelf Multiply(TSelf left, TSelf right);

    /// <summary>Three words, bit by bit.</summary>
    static abstract TSelf Xor(TSelf a, TSelf b, TSelf c);

    /// <summary>The high halves, as words.</summary>
    static abstract TSelf High(TSelf value);

    /// <summary>Writes <c>x0 x1 x2 x3</c> of each counter in turn, as numbers in [0, 1) of 24 bits: 4 Count floats.</summary>
    static abstract void StoreUnits(TSelf x0, TSelf x1, TSelf x2, TSelf x3, float* units);
}
