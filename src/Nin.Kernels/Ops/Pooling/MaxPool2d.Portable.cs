using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread per block of an output pixel's channels.</summary>
sealed class MaxPool2dForwardPortable(AcceleratorDevice device) : IMaxPool2dForward
{
    readonly Action<DeviceStream, KernelConfig, PoolPixels, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolPixels, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y)
    {
        bool isAligned = Float4.AreAligned(x, sizes.Channels) && Float4.AreAligned(y, sizes.Channels);
        int most = PoolPixels.MostExamples(sizes);
        for (int first = 0; first < n; first += most)
        {
            int count = Math.Min(most, n - first);
            var pixels = PoolPixels.Of(PoolMap.Of(sizes, count), isAligned);
            launch(
                stream, device.Over(pixels.OutputItems), pixels, x.Slice(first * sizes.InputLength, count * sizes.InputLength).Array,
                y.Slice(first * sizes.OutputLength, count * sizes.OutputLength).Array);
        }
    }

    static void Kernel(PoolPixels pixels, ArrayView<float> x, ArrayView<float> y)
    {
        for (uint i = PortableThread.Index32; i < (uint)pixels.OutputItems; i += PortableThread.Stride32)
        {
            var at = pixels.OutputAt((int)i);
            Maximum(pixels, x, at).Value.Store(y, pixels.Output(at.Example, at.Row, at.Column, at.Channel), pixels.Width);
        }
    }

    /// <summary>The maxima of the window of an output pixel, with the numbers of their taps; -infinity and 0 where it has none.</summary>
    public static Maxima Maximum(PoolPixels pixels, ArrayView<float> x, PoolPixel at)
    {
        var map = pixels.Map;
        int rows = map.Rows.Taps(at.Row), columns = map.Columns.Taps(at.Column), perRow = map.Columns.MostTaps;
        int columnStep = map.Columns.Dilation.Value * map.Channels, rowStep = map.Rows.Dilation.Value * map.Columns.Size * map.Channels;
        int line = pixels.Input(at.Example, map.Rows.First(at.Row), map.Columns.First(at.Column), at.Channel);
        Maxima max = default;
        max.Value.S0 = max.Value.S1 = max.Value.S2 = max.Value.S3 = float.NegativeInfinity;
        for (int r = 0; r < rows; r++, line += rowStep)
        {
            int index = line;
            for (int tap = r * perRow, end = tap + columns; tap < end; tap++, index += columnStep)
                max = Maxima.Largest(max, Float4.Load(x, index, pixels.Width), tap);
        }

        return max;
    }
}

/// <summary>The maxima of four channels, and the tap of each.</summary>
struct Maxima
{
    public Float4 Value;
    public int Tap0, Tap1, Tap2, Tap3;

    /// <summary>Takes those values that are larger, or NaN.</summary>
    public static Maxima Largest(Maxima max, Float4 values, int tap)
    {
        if (IsLarger(values.S0, max.Value.S0)) (max.Value.S0, max.Tap0) = (values.S0, tap);
        if (IsLarger(values.S1, max.Value.S1)) (max.Value.S1, max.Tap1) = (values.S1, tap);
        if (IsLarger(values.S2, max.Value.S2)) (max.Value.S2, max.Tap2) = (values.S2, tap);
        if (IsLarger(values.S3, max.Value.S3)) (max.Value.S3, max.Tap3) = (values.S3, tap);
        return max;
    }

    static bool IsLarger(float value, float max) => value > max || float.IsNaN(value);
}

/// <summary>One thread per block of an output pixel's channels. A tap's number is <c>row * most taps of a row + column</c>, among the taps in the image.</summary>
sealed class MaxPool2dForwardArgmaxPortable(AcceleratorDevice device) : IMaxPool2dForwardArgmax
{
    readonly Action<DeviceStream, KernelConfig, PoolPixels, ArgmaxFormat, ArrayView<float>, ArrayView<float>, ArrayView<byte>, ArrayView<float>> launch =
        device.Load<PoolPixels, ArgmaxFormat, ArrayView<float>, ArrayView<float>, ArrayView<byte>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y, DeviceView argmax)
    {
        var format = ArgmaxFormat.Of(sizes.Window);
        bool isAligned = Float4.AreAligned(x, sizes.Channels) && Float4.AreAligned(y, sizes.Channels) && Float4.AreAligned(argmax, sizes.Channels);
        int most = PoolPixels.MostExamples(sizes);
        for (int first = 0; first < n; first += most)
        {
            int count = Math.Min(most, n - first);
            var pixels = PoolPixels.Of(PoolMap.Of(sizes, count), isAligned);
            var indices = new ArgmaxPart(argmax, format, first * sizes.OutputLength, count * sizes.OutputLength);
            launch(
                stream, device.Over(pixels.OutputItems), pixels, format, x.Slice(first * sizes.InputLength, count * sizes.InputLength).Array,
                y.Slice(first * sizes.OutputLength, count * sizes.OutputLength).Array, indices.Bytes, indices.Floats);
        }
    }

    static void Kernel(PoolPixels pixels, ArgmaxFormat format, ArrayView<float> x, ArrayView<float> y, ArrayView<byte> bytes, ArrayView<float> floats)
    {
        for (uint i = PortableThread.Index32; i < (uint)pixels.OutputItems; i += PortableThread.Stride32)
        {
            var at = pixels.OutputAt((int)i);
            var max = MaxPool2dForwardPortable.Maximum(pixels, x, at);
            int output = pixels.Output(at.Example, at.Row, at.Column, at.Channel);
            max.Value.Store(y, output, pixels.Width);
            int i0 = Index(max.Value.S0, max.Tap0, format.Positive), i1 = Index(max.Value.S1, max.Tap1, format.Positive);
            int i2 = Index(max.Value.S2, max.Tap2, format.Positive), i3 = Index(max.Value.S3, max.Tap3, format.Positive);
            if (format.IsByte == 0)
            {
                Float4 indices;
                indices.S0 = i0;
                indices.S1 = i1;
                indices.S2 = i2;
                indices.S3 = i3;
                indices.Store(floats, output, pixels.Width);
            }
            else if (pixels.Width == Float4.Length)
            {
                bytes.Cast<int>()[output >> 2] = i0 | i1 << 8 | i2 << 16 | i3 << 24;
            }
            else
            {
                bytes[output] = (byte)i0;
            }
        }
    }

    // NaN is tested explicitly: in OpenCL, ILGPU 1.5.3 treats it as ordered wherever C# branches on a comparison that failed.
    static int Index(float value, int tap, int positive) => !float.IsNaN(value) && value > 0 ? tap + positive : tap;
}

/// <summary>
/// One thread per block of an input pixel's channels: it checks for each window over it, in row and column order, whether it was the maximum. Scattering
/// from windows that overlap would need atomics, whose order is not fixed.
/// </summary>
sealed class MaxPool2dBackwardPortable(AcceleratorDevice device) : IMaxPool2dBackward
{
    readonly Action<DeviceStream, KernelConfig, PoolPixels, ArgmaxFormat, ArgmaxMatch, ArrayView<byte>, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolPixels, ArgmaxFormat, ArgmaxMatch, ArrayView<byte>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, in PoolSizes sizes, int n, DeviceView argmax, DeviceView dy, DeviceView dx, bool mask, bool accumulate)
    {
        var format = ArgmaxFormat.Of(sizes.Window);
        var match = new ArgmaxMatch(mask ? -1 : format.Positive - 1, mask ? format.Positive : 0, accumulate ? 1 : 0);
        bool isAligned = Float4.AreAligned(argmax, sizes.Channels) && Float4.AreAligned(dy, sizes.Channels) && Float4.AreAligned(dx, sizes.Channels);
        int most = PoolPixels.MostExamples(sizes);
        for (int first = 0; first < n; first += most)
        {
            int count = Math.Min(most, n - first);
            var pixels = PoolPixels.Of(PoolMap.Of(sizes, count), isAligned);
            var indices = new ArgmaxPart(argmax, format, first * sizes.OutputLength, count * sizes.OutputLength);
            launch(
                stream, device.Over(pixels.InputItems), pixels, format, match, indices.Bytes, indices.Floats,
                dy.Slice(first * sizes.OutputLength, count * sizes.OutputLength).Array, dx.Slice(first * sizes.InputLength, count * sizes.InputLength).Array);
        }
    }

    /// <param name="pixels">The pooling.</param>
    /// <param name="format">Which of the next two views holds the indices.</param>
    /// <param name="match">Which indices are those of a tap, and whether dx is added to.</param>
    /// <param name="bytes"><c>[n, outHeight, outWidth, channels]</c>.</param>
    /// <param name="floats">The same.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, channels]</c>.</param>
    /// <param name="dx"><c>[n, height, width, channels]</c>.</param>
    static void Kernel(
        PoolPixels pixels, ArgmaxFormat format, ArgmaxMatch match, ArrayView<byte> bytes, ArrayView<float> floats, ArrayView<float> dy,
        ArrayView<float> dx)
    {
        var map = pixels.Map;
        for (uint i = PortableThread.Index32; i < (uint)pixels.InputItems; i += PortableThread.Stride32)
        {
            var at = pixels.InputAt((int)i);
            int endRow = map.Rows.EndWindow(at.Row), firstColumn = map.Columns.FirstWindow(at.Column), endColumn = map.Columns.EndWindow(at.Column);
            Float4 sum = default;
            for (int wy = map.Rows.FirstWindow(at.Row); wy < endRow; wy++)
            {
                int row = map.Rows.TapAt(wy, at.Row), first = row * map.Columns.MostTaps + match.Offset;
                int output = pixels.Output(at.Example, wy, firstColumn, at.Channel);
                for (int wx = firstColumn; wx < endColumn; wx++, output += map.Channels)
                {
                    int column = map.Columns.TapAt(wx, at.Column);
                    if (row < 0 || column < 0) continue;
                    var differences = format.IsByte != 0
                        ? ArgmaxDifferences.OfBytes(bytes, output, pixels.Width, first + column, match.Bits)
                        : ArgmaxDifferences.OfFloats(Float4.Load(floats, output, pixels.Width), first + column, match.Bits);
                    if (differences.AllDiffer) continue;
                    Float4 gradient = Float4.Load(dy, output, pixels.Width);
                    if (differences.D0 == 0) sum.S0 += gradient.S0;
                    if (differences.D1 == 0) sum.S1 += gradient.S1;
                    if (differences.D2 == 0) sum.S2 += gradient.S2;
                    if (differences.D3 == 0) sum.S3 += gradient.S3;
                }
            }

            int input = pixels.Input(at.Example, at.Row, at.Column, at.Channel);
            if (match.Accumulate != 0) sum = Float4.Add(Float4.Load(dx, input, pixels.Width), sum);
            sum.Store(dx, input, pixels.Width);
        }
    }
}

/// <summary>The argmax indices of some examples.</summary>
readonly struct ArgmaxPart(DeviceView argmax, ArgmaxFormat format, long first, long count)
{
    /// <summary>As bytes; all of the memory where they are not.</summary>
    public ArrayView<byte> Bytes => format.IsByte != 0 ? argmax.ByteArray.SubView(first, count) : argmax.ByteArray;

    /// <summary>As float32; all of the memory where they are not.</summary>
    public ArrayView<float> Floats => format.IsByte != 0 ? argmax.Array : argmax.Array.SubView(first, count);
}

/// <summary>Which argmax index is that of a tap.</summary>
/// <param name="Bits">The bits that are compared: with a mask all, else those of the tap's number.</param>
/// <param name="Offset">What is added to a tap's number before: what marks a maximum above 0 where others are masked.</param>
/// <param name="Accumulate">1 to add.</param>
readonly record struct ArgmaxMatch(int Bits, int Offset, int Accumulate);

/// <summary>Zero for each of four channels whose argmax index is the one that is looked for.</summary>
readonly record struct ArgmaxDifferences(int D0, int D1, int D2, int D3)
{
    const int Byte = 255;

    public bool AllDiffer => D0 != 0 && D1 != 0 && D2 != 0 && D3 != 0;

    /// <summary>
    /// Four bytes are read and compared as one number; where one byte is read, only D0 has a meaning. Shifts repeat a byte: a product would overflow, and
    /// OpenCL compilers assume that an int does not.
    /// </summary>
    public static ArgmaxDifferences OfBytes(ArrayView<byte> bytes, int index, int width, int wanted, int bits)
    {
        int four = width == Float4.Length ? bytes.Cast<int>()[index >> 2] : bytes[index];
        four = (four ^ Repeat(wanted)) & Repeat(bits & Byte);
        return new(four & Byte, four & (Byte << 8), four & (Byte << 16), four & (Byte << 24));
    }

    static int Repeat(int value)
    {
        int two = value | value << 8;
        return two | two << 16;
    }

    public static ArgmaxDifferences OfFloats(Float4 indices, int wanted, int bits) => new(
        ((int)indices.S0 ^ wanted) & bits, ((int)indices.S1 ^ wanted) & bits, ((int)indices.S2 ^ wanted) & bits, ((int)indices.S3 ^ wanted) & bits);
}
