namespace Nin;

/// <summary>Channels by height by width.</summary>
/// <typeparam name="TChannels">Channels.</typeparam>
/// <typeparam name="THeight">Rows.</typeparam>
/// <typeparam name="TWidth">Columns.</typeparam>
public readonly struct Chw<TChannels, THeight, TWidth> : IShape
    where TChannels : struct, IDim
    where THeight : struct, IDim
    where TWidth : struct, IDim
{
    /// <inheritdoc/>
    public static Shape Shape => new(TChannels.Value, THeight.Value, TWidth.Value);
}
