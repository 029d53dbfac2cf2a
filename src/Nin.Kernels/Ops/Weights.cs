namespace Nin.Ops;

/// <summary>
/// The weights that an op reads, with what was derived from them before (packed panels), which is good for as long as the version stands.
/// </summary>
/// <param name="Value">The weights in memory order.</param>
/// <param name="Version">Counts the writes to them.</param>
/// <param name="Derived">Where derived copies are kept; null to derive at each call.</param>
readonly record struct Weights(DeviceView Value, long Version = 0, DerivedWeights? Derived = null)
{
    public static implicit operator Weights(DeviceView value) => new(value);
}
