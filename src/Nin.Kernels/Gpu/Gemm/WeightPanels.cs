using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Weights in the order in which a thread reads them: <c>[group][tile of eight columns][tap][depth][8]</c>, zeros behind the last column, so
/// that the product's inner loop reads one aligned block after another and knows no tail.
/// </summary>
sealed class WeightPanels(AcceleratorDevice device)
{
    readonly Action<DeviceStream, KernelConfig, PanelLayout, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PanelLayout, ArrayView<float>, ArrayView<float>>(PackKernel);

    /// <summary>The panels of one parameter: kept with its version, or in memory that lasts for this op.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="variant">The variant that asks.</param>
    /// <param name="layout">What the panels are.</param>
    /// <param name="w">The parameter.</param>
    /// <param name="scratch">At least as long as the panels; used only where <paramref name="w"/> keeps no copies.</param>
    public DeviceView Of(DeviceStream stream, Type variant, in PanelLayout layout, in Weights w, DeviceView scratch)
    {
        if (w.Prepacked is not null) return w.Prepacked.Get(stream, layout.Key(variant), in w, layout.Length, (stream, this, layout), Derive);
        Pack(stream, layout, w.Value, scratch);
        return scratch;
    }

    /// <summary>Elements of scratch that <see cref="Of"/> needs.</summary>
    public static long ScratchLength(in PanelLayout layout, in Weights w) => w.Prepacked is null ? layout.Length : 0;

    static void Derive(DeviceView w, DeviceView copy, in (DeviceStream Stream, WeightPanels Panels, PanelLayout Layout) state) =>
        state.Panels.Pack(state.Stream, state.Layout, w, copy);

    void Pack(DeviceStream stream, in PanelLayout layout, DeviceView w, DeviceView panels) =>
        launch(stream, device.Over(layout.Length), layout, w.Array, panels.Array);

    static void PackKernel(PanelLayout layout, ArrayView<float> w, ArrayView<float> panels)
    {
        int tiles = Float8.Tiles(layout.Columns);
        long length = (long)layout.Groups * tiles * layout.Taps * layout.Depth * Float8.Length;
        for (long i = PortableThread.Index; i < length; i += PortableThread.Stride)
        {
            long rest = i / Float8.Length;
            int depth = (int)(rest % layout.Depth);
            rest /= layout.Depth;
            int tap = (int)(rest % layout.Taps);
            rest /= layout.Taps;
            int column = (int)(rest % tiles) * Float8.Length + (int)(i % Float8.Length);
            long group = rest / tiles;
            long source = group * layout.GroupStride + tap * layout.TapStride + depth * layout.DepthStride + column * layout.ColumnStride;
            panels[i] = column < layout.Columns ? w[source] : 0;
        }
    }
}

/// <summary>Where in a parameter the elements of its panels lie.</summary>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Taps">Taps of the window.</param>
/// <param name="Depth">Channels that are summed over.</param>
/// <param name="Columns">Channels of the result in one group.</param>
/// <param name="GroupStride">Elements from a group to the next.</param>
/// <param name="TapStride">Elements from a tap to the next.</param>
/// <param name="DepthStride">Elements from a summed channel to the next.</param>
/// <param name="ColumnStride">Elements from a channel of the result to the next.</param>
readonly record struct PanelLayout(
    int Groups, int Taps, int Depth, int Columns, long GroupStride, long TapStride, long DepthStride, long ColumnStride)
{
    /// <summary>Names what a variant packs among the copies of a parameter.</summary>
    public PackingKey Key(Type variant) => new(variant, IsTransposed: DepthStride == 1, Groups, Taps, Depth, Columns);

    /// <summary>Elements of the panels.</summary>
    public long Length => (long)Groups * Float8.Tiles(Columns) * Taps * Depth * Float8.Length;

    /// <summary>Of <c>[kernel, kernel, channels / groups, filters]</c>: sums over channels, columns are filters.</summary>
    public static PanelLayout Forward(in Conv2dSizes s) => new(
        s.Groups, s.Kernel * s.Kernel, s.GroupChannels, s.GroupFilters, s.GroupFilters, (long)s.GroupChannels * s.Filters, s.Filters, 1);

    /// <summary>Of the same weights: sums over filters, columns are channels.</summary>
    public static PanelLayout Backward(in Conv2dSizes s) => new(
        s.Groups, s.Kernel * s.Kernel, s.GroupFilters, s.GroupChannels, s.GroupFilters, (long)s.GroupChannels * s.Filters, 1, s.Filters);
}
