namespace Nin.Ops;

/// <summary>
/// <c>y = x mask / (1 - p)</c>. The gradient is the same function of <c>dy</c>: this op serves both ways. Element e (memory order) of
/// example i is kept where word <c>e mod 4</c> of Philox4x32-10 with counter <c>(e / 4, FirstExample + i, Step, Layer)</c> and key
/// <c>Seed</c>, taken as a number in [0, 1) with 24 bits, is at least <c>p</c>.
/// </summary>
interface IDropout : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="key">What decides the mask.</param>
    /// <param name="length">Elements of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, length]</c>.</param>
    /// <param name="y"><c>[n, length]</c>; may be <paramref name="x"/> itself where it is overwritten.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="y"/>.</param>
    void Run(DeviceStream stream, in DropoutKey key, long length, int n, DeviceView x, DeviceView y, bool accumulate);
}
