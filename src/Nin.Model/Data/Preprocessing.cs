using Nin.Checkpoints;

namespace Nin.Data;

/// <summary>
/// How a picture is prepared for a network, and the names of the classes. It is made with the training images and saved
/// in the metadata of the weights (<c>net.Save(path, preprocessing)</c>), so that a program that serves prepares pictures as training did.
/// </summary>
/// <remarks>It cannot be changed, and any thread may read it.</remarks>
public sealed class Preprocessing
{
    const int MaxChannels = 4096;

    readonly float[] levels;

    /// <summary>Describes how pictures are prepared.</summary>
    /// <param name="classNames">A name for each class, in the order of the network's outputs.</param>
    /// <param name="channels">Channels of the network's input: 1 for grey, 3 for red, green and blue.</param>
    /// <param name="height">Rows of the network's input.</param>
    /// <param name="width">Columns of the network's input.</param>
    /// <param name="resize">How a picture of another size becomes one of this.</param>
    /// <param name="normalization">Normalisation of pixels from 0 to 1; null for none.</param>
    /// <param name="background">Level, 0 (black) to 255 (white), of transparent pixels and of the bars of <see cref="ResizeRule.Pad"/>.</param>
    /// <exception cref="ArgumentException">
    /// A class has no name or the name of another, a size is out of its range, or the normalisation is for other channels.
    /// </exception>
    public Preprocessing(
        IReadOnlyList<string> classNames, int channels, int height, int width, ResizeRule resize = ResizeRule.CenterCrop,
        Normalization? normalization = null, byte background = 255)
    {
        ArgumentNullException.ThrowIfNull(classNames);
        ClassNames = [.. classNames];
        (Channels, Height, Width, Resize, Normalization, Background) = (channels, height, width, resize, normalization, background);
        if (FindProblem() is { } problem) throw new ArgumentException(problem);
        levels = PixelLevels.Make(channels, normalization);
    }

    /// <summary>A name for each class, in the order of the network's outputs.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Channels of an input.</summary>
    public int Channels { get; }

    /// <summary>Rows of an input.</summary>
    public int Height { get; }

    /// <summary>Columns of an input.</summary>
    public int Width { get; }

    /// <summary>How a picture of another size becomes one of this.</summary>
    public ResizeRule Resize { get; }

    /// <summary>Normalisation of pixels from 0 to 1; null for none.</summary>
    public Normalization? Normalization { get; }

    /// <summary>Level of transparent pixels and of the bars of <see cref="ResizeRule.Pad"/>, 0 (black) to 255 (white).</summary>
    public byte Background { get; }

    /// <summary>Reads what a file of weights keeps of it.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="InvalidDataException">
    /// The file was saved without it, what it says is damaged, or it is not a safetensors file; the message is one line.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static Preprocessing Read(string path)
    {
        using var reader = SafetensorsReader.Open(path);
        return FromMetadata(reader.Metadata, path);
    }

    /// <summary>Reads it from the metadata of a file, as <see cref="ToMetadata"/> wrote it.</summary>
    /// <param name="metadata">Strings by their keys; those that are not of preprocessing are ignored.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="InvalidDataException">A key is missing, or its value is damaged.</exception>
    public static Preprocessing FromMetadata(IReadOnlyDictionary<string, string> metadata, string source)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return new PreprocessingMetadata(metadata, source).Read();
    }

    /// <summary>Whether metadata have anything of preprocessing.</summary>
    public static bool IsIn(IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return PreprocessingMetadata.Keys.Any(metadata.ContainsKey);
    }

    /// <summary>
    /// The strings that keep it in a file: <c>nin.classes</c>, <c>nin.resize</c>, <c>nin.channels</c> and, where there is a normalisation,
    /// <c>nin.mean</c> and <c>nin.std</c>, each JSON.
    /// </summary>
    public IReadOnlyDictionary<string, string> ToMetadata() => PreprocessingMetadata.Write(this);

    /// <summary>Turns an image's bytes into what the network takes: scaled to 0 .. 1 and normalised. It allocates nothing.</summary>
    /// <param name="pixels"><c>[channels, height, width]</c>.</param>
    /// <param name="destination">The same in floats.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void Normalize(ReadOnlySpan<byte> pixels, Span<float> destination)
    {
        int plane = Height * Width;
        if (pixels.Length != Channels * plane || destination.Length != pixels.Length)
            throw new ArgumentException($"{pixels.Length} pixels and room for {destination.Length} where {Channels} x {Height} x {Width} = {Channels * plane} are expected.");
        for (int c = 0; c < Channels; c++)
            PixelLevels.Apply(pixels.Slice(c * plane, plane), levels.AsSpan(c * PixelLevels.Count, PixelLevels.Count), destination.Slice(c * plane, plane));
    }

    /// <summary>Why a network cannot answer for pictures that are prepared so, in one line; null if it can.</summary>
    /// <param name="architecture">The network's.</param>
    public string? FindMismatch(Architecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        return FindMismatch(architecture.Name, architecture.Input, architecture.Output);
    }

    /// <summary>The same for a network whose steps are known only at run time.</summary>
    public string? FindMismatch(StepNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return FindMismatch(network.Name, network.Input, network.Output);
    }

    string? FindMismatch(string name, Shape input, Shape output)
    {
        if (output.Pixels != 1) return $"{name} gives {output}, not one logit per class: end it with GlobalAvgPool2d or Flatten and Linear.";
        if ((input.Channels, input.Height, input.Width) != (Channels, Height, Width))
            return $"Pictures are prepared as {Channels} x {Height} x {Width}, and {name} takes {input}: prepare them for that size.";
        if (output.Channels != ClassNames.Count)
            return $"There are {ClassNames.Count} class names, and {name} tells {output.Channels} classes apart: their numbers must be equal.";
        return null;
    }

    string? FindProblem()
    {
        if (ClassNames.Count == 0) return "No classes; there must be one or more.";
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < ClassNames.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(ClassNames[i])) return $"Class {i} has no name.";
            if (!names.Add(ClassNames[i])) return $"Two classes are called {SafetensorsHeader.Quote(ClassNames[i])}; each name must be used once.";
        }

        const int most = BilinearResize.MaxSide;
        if (Height is < 1 or > most || Width is < 1 or > most) return $"The input is {Height} x {Width} pixels; each side must be 1 to {most}.";
        if (Channels is < 1 or > MaxChannels || (long)Channels * Height * Width > Array.MaxLength)
            return $"The input has {Channels} channels; at {Height} x {Width} pixels there must be 1 to {Math.Min(MaxChannels, Array.MaxLength / (Height * Width))}.";
        if (!Enum.IsDefined(Resize)) return $"{(int)Resize} is not a valid resize rule; use Stretch, CenterCrop or Pad.";
        if (Normalization is { } n && n.Mean.Count != 1 && n.Mean.Count != Channels)
            return $"A normalisation of {n.Mean.Count} channels for images of {Channels}; give 1 or {Channels} means.";
        return Normalization is { } m && !m.Mean.All(float.IsFinite) ? "A mean is not finite." : null;
    }
}

/// <summary>How a picture of any size becomes one of the network's.</summary>
public enum ResizeRule
{
    /// <summary>Each side by its own factor: everything is seen, and the aspect ratio is lost.</summary>
    Stretch,

    /// <summary>Both sides by the factor that makes the picture cover the input; what extends beyond it is cut off, equally on both sides.</summary>
    CenterCrop,

    /// <summary>Both sides by the factor that makes the picture fit into the input; the rest is background, as much on either side.</summary>
    Pad,
}
