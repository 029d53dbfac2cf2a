using Nin.Data;

namespace Nin.Images;

/// <summary>What a request needs beside the network; used again by later ones.</summary>
sealed class ClassifierRequest(Preprocessing preprocessing, long maxPixels)
{
    readonly ImageDecoder decoder = new(preprocessing, maxPixels);
    readonly int[] order = new int[preprocessing.ClassNames.Count];

    public byte[] Pixels { get; } = new byte[preprocessing.Channels * preprocessing.Height * preprocessing.Width];

    public float[] Probabilities { get; } = new float[preprocessing.ClassNames.Count];

    /// <summary>Decodes a file.</summary>
    /// <exception cref="InvalidDataException">It is not a picture that can be used, or cannot be read.</exception>
    public void Decode(string path)
    {
        try
        {
            decoder.Decode(path, Pixels);
        }
        catch (BrokenImageException broken)
        {
            throw Unusable(path, broken);
        }
    }

    /// <summary>Decodes an encoded picture.</summary>
    /// <exception cref="InvalidDataException">It is not a picture that can be used.</exception>
    public void Decode(string name, ReadOnlySpan<byte> encoded)
    {
        try
        {
            decoder.Decode(encoded, Pixels);
        }
        catch (BrokenImageException broken)
        {
            throw Unusable(name, broken);
        }
    }

    /// <summary>Decodes the encoded picture in the rest of a stream.</summary>
    /// <exception cref="InvalidDataException">It is not a picture that can be used.</exception>
    public void Decode(string name, Stream encoded)
    {
        try
        {
            decoder.Decode(encoded, Pixels);
        }
        catch (BrokenImageException broken)
        {
            throw Unusable(name, broken);
        }
    }

    /// <summary>The likeliest classes; of equal ones the first.</summary>
    public Prediction[] Best(IReadOnlyList<string> names, int top)
    {
        var best = new Prediction[Math.Min(top, order.Length)];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        for (int i = 0; i < best.Length; i++)
        {
            // A selection of few among many; what is left keeps its order, so that of equal ones the first wins.
            int largest = i;
            for (int k = i + 1; k < order.Length; k++)
            {
                if (Probabilities[order[k]] > Probabilities[order[largest]]) largest = k;
            }

            int chosen = order[largest];
            Array.Copy(order, i, order, i + 1, largest - i);
            order[i] = chosen;
            best[i] = new Prediction(names[chosen], Probabilities[chosen]);
        }

        return best;
    }

    static InvalidDataException Unusable(string name, BrokenImageException broken) => new($"{name} cannot be used: {broken.Message}.", broken);
}
