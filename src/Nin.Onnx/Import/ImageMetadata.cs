using System.Globalization;
using System.Text.RegularExpressions;
using Nin.Data;

namespace Nin.Onnx;

/// <summary>
/// What other programs' files say of the images that they take: the keys of ONNX's own standard (<c>docs/MetadataProps.md</c> of onnx/onnx), as Windows ML's converters write them,
/// and the class names that Ultralytics writes (<c>names</c>).
/// </summary>
sealed partial class ImageMetadata(IReadOnlyDictionary<string, string> file, Shape input, Shape output)
{
    const string PixelFormat = "Image.BitmapPixelFormat", PixelRange = "Image.NominalPixelRange", Names = "names";

    // What a normalisation of values from 0 to 1 makes of them; null for none.
    static readonly Dictionary<string, Data.Normalization?> Ranges = new()
    {
        ["NominalRange_0_255"] = new Data.Normalization([0], [1f / 255]),
        ["Normalized_0_1"] = null,
        ["Normalized_1_1"] = new Data.Normalization([0.5f], [0.5f]),
        ["NominalRange_16_235"] = new Data.Normalization([-16f / 219], [1f / 219]),
    };

    static readonly Dictionary<string, int> Channels = new() { ["Gray8"] = 1, ["Rgb8"] = 3 };

    /// <summary>The preparation as a file of weights keeps it; empty where the file does not say how pixels become numbers, or asks for what no preparation does.</summary>
    /// <param name="note">Called with what the reader of the declaration should know.</param>
    public IReadOnlyDictionary<string, string> Read(Action<string> note)
    {
        if (!file.TryGetValue(PixelRange, out string? range) || output.Pixels != 1) return Nothing;
        file.TryGetValue(PixelFormat, out string? format);
        if (!Ranges.TryGetValue(range, out var normalization) || (format is not null && Channels.GetValueOrDefault(format) != input.Channels) || input.Channels is not (1 or 3))
        {
            note($"The file asks for images in {format ?? "no pixel format"} and {range}, which Nin does not prepare: prepare them in your program.");
            return Nothing;
        }

        string[] names = ReadNames();
        string[] numbers = [.. Enumerable.Range(0, output.Channels).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        bool hasNames = names.Length == numbers.Length && names.Distinct(StringComparer.Ordinal).Count() == names.Length && !names.Any(string.IsNullOrWhiteSpace);
        string what = hasNames ? "class names and pixel range" : "pixel range; classes are called by their numbers";
        try
        {
            var preparation = new Preprocessing(hasNames ? names : numbers, input.Channels, input.Height, input.Width, ResizeRule.CenterCrop, normalization);
            note($"Images are prepared as the file says ({what}), and cropped to the middle, of which it says nothing.");
            return preparation.ToMetadata();
        }
        catch (ArgumentException problem)
        {
            note($"Images cannot be prepared as the file says: {problem.Message}");
            return Nothing;
        }
    }

    static IReadOnlyDictionary<string, string> Nothing { get; } = new Dictionary<string, string>();

    // A Python dictionary, {0: 'tench', 1: "lady's slipper"}: its values in their order.
    string[] ReadNames() => file.TryGetValue(Names, out string? text)
        ? [.. Entry().Matches(text).Select(m => m.Groups["single"].Success ? m.Groups["single"].Value : m.Groups["double"].Value)]
        : [];

    // Bounded, so that it takes no longer than linear in what a file brings.
    [GeneratedRegex("""\b\d{1,6}\s{0,4}:\s{0,4}(?:'(?<single>[^'\\]{0,200})'|"(?<double>[^"\\]{0,200})")""", RegexOptions.CultureInvariant)]
    private static partial Regex Entry();
}
