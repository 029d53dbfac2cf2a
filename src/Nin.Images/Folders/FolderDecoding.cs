using System.Collections.Concurrent;
using Nin.Data;

namespace Nin.Images;

/// <summary>The results of decoding a folder, beside the pixels.</summary>
/// <param name="Kept">Which of the files were decoded, in order; image i is of file <c>Kept[i]</c>.</param>
/// <param name="Broken">The others, with their reasons.</param>
/// <param name="Moments">
/// Of each image and channel the sum of the bytes and of their squares, <c>[kept, channels, 2]</c>: the mean of any part of the images is known
/// without reading a pixel, and to the bit.
/// </param>
sealed record DecodedFolder(int[] Kept, (int File, string Reason)[] Broken, long[] Moments);

/// <summary>Decodes a folder's pictures on several threads and hands them on in the files' order.</summary>
sealed class FolderDecoding(FolderScan scan, Preprocessing rule, ImageFolderOptions options)
{
    const int ChunkBytes = 1 << 26;

    readonly ConcurrentBag<ImageDecoder> decoders = [];
    readonly int length = rule.Channels * rule.Height * rule.Width;

    /// <summary>Decodes all files.</summary>
    /// <param name="write">Takes the pixels of some images, one after another.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="InvalidDataException">A file is broken, and such are refused; or a class has none that is not.</exception>
    public DecodedFolder Run(Action<ReadOnlySpan<byte>> write, CancellationToken cancellation)
    {
        int chunk = Math.Clamp(ChunkBytes / length, 1, 1024);
        byte[] pixels = GC.AllocateUninitializedArray<byte>(Math.Min(chunk, scan.Files.Count) * length);
        var reasons = new string?[chunk];
        var (kept, broken, moments) = (new List<int>(), new List<(int, string)>(), new List<long>());
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads ?? Environment.ProcessorCount, CancellationToken = cancellation };
        for (int first = 0; first < scan.Files.Count; first += chunk)
        {
            int count = Math.Min(chunk, scan.Files.Count - first), start = first;
            Parallel.For(0, count, parallel, Rent, (i, _, decoder) => Decode(decoder, start + i, pixels, i, reasons), decoders.Add);
            for (int i = 0; i < count; i++)
            {
                if (reasons[i] is { } reason)
                {
                    if (options.Broken == BrokenImages.Refuse) throw Refused(start + i, reason);
                    broken.Add((start + i, reason));
                    continue;
                }

                var image = pixels.AsSpan(i * length, length);
                kept.Add(start + i);
                AddMoments(image, moments);
                write(image);
            }

            options.Progress?.Report((first + count, scan.Files.Count));
        }

        CheckClasses(kept, broken);
        return new DecodedFolder([.. kept], [.. broken], [.. moments]);
    }

    ImageDecoder Rent() => decoders.TryTake(out var decoder) ? decoder : new ImageDecoder(rule, options.MaxPixels);

    ImageDecoder Decode(ImageDecoder decoder, int file, byte[] pixels, int at, string?[] reasons)
    {
        try
        {
            reasons[at] = null;
            decoder.Decode(Path.Combine(scan.Root, scan.Files[file].Path), pixels.AsSpan(at * length, length));
        }
        catch (BrokenImageException broken)
        {
            reasons[at] = broken.Message;
        }
        catch (OutOfMemoryException)
        {
            reasons[at] = "it takes more memory to decode than there is; make it smaller, or load with fewer Threads";
        }

        return decoder;
    }

    void AddMoments(ReadOnlySpan<byte> image, List<long> moments)
    {
        int plane = rule.Height * rule.Width;
        for (int c = 0; c < rule.Channels; c++)
        {
            long sum = 0, squares = 0;
            foreach (byte value in image.Slice(c * plane, plane))
            {
                sum += value;
                squares += value * value;
            }

            moments.Add(sum);
            moments.Add(squares);
        }
    }

    InvalidDataException Refused(int file, string reason) => new(
        $"{Path.Combine(scan.Root, scan.Files[file].Path)} cannot be used: {reason}. Replace or delete it, or load with Broken = BrokenImages.Skip.");

    void CheckClasses(List<int> kept, List<(int File, string Reason)> broken)
    {
        var labels = kept.Select(file => scan.Files[file].Label).ToHashSet();
        for (int label = 0; label < scan.ClassNames.Count; label++)
        {
            if (labels.Contains(label)) continue;
            var (file, reason) = broken.First(b => scan.Files[b.File].Label == label);
            throw new InvalidDataException(
                $"{Path.Combine(scan.Root, scan.ClassNames[label])} has no picture that can be used; the first, {scan.Files[file].Path}: {reason}. Replace them, or delete the folder.");
        }
    }
}
