using System.Globalization;
using Nin.Onnx.Schema;
using static Nin.Onnx.Schema.TensorProto.Types;

namespace Nin.Onnx;

/// <summary>
/// The files beside an ONNX file that hold its weights, as exporters write them for networks that one file cannot hold, and some for all. A tensor names a
/// file, relative to the folder of its own, and a part of it. Nothing is allocated that a file merely claims. Names that lead out of the folder are refused; symbolic
/// links are followed, for caches of downloads are made of them: a folder whose links come from others is not to be read.
/// </summary>
/// <remarks>Format: github.com/onnx/onnx, <c>docs/ExternalData.md</c>.</remarks>
sealed class ExternalWeights
{
    readonly string folder;

    /// <summary>Finds the files; none is read yet.</summary>
    /// <param name="folder">The ONNX file's, absolute.</param>
    /// <param name="graph">Its tensors.</param>
    public ExternalWeights(string folder, GraphProto graph)
    {
        this.folder = folder;
        Bytes = OnnxFile.Tensors(graph).Where(t => t.DataLocation == Location.External).GroupBy(FindPath, StringComparer.Ordinal).Where(file => File.Exists(file.Key))
            .Sum(file => new FileInfo(file.Key!).Length * (file.Any(OnnxFile.IsHalf) ? 2 : 1));
    }

    /// <summary>How long they are together, those with half precision as if it were float32.</summary>
    public long Bytes { get; }

    /// <summary>A tensor's bytes.</summary>
    /// <exception cref="InvalidDataException">The file is not there, is outside the folder, or is shorter than the tensor says.</exception>
    public byte[] Read(TensorProto tensor, Limits limits)
    {
        string path = PathOf(tensor), said = Entry(tensor, "location")!;
        try
        {
            using var file = File.OpenHandle(path);
            long total = RandomAccess.GetLength(file), offset = Number(tensor, "offset") ?? 0;
            long length = Number(tensor, "length") ?? OnnxFile.BytesOf(tensor) ?? total - offset;
            if (offset < 0 || length < 0 || length > total - offset)
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture, $"the weights of '{tensor.Name}' are said to be bytes {offset} to {(Int128)offset + length} of '{said}', which has {total}: it is cut short or another one"));
            if (length > Array.MaxLength) throw new InvalidDataException($"the weights of '{tensor.Name}' are more than 2 GB; no layer has so many");
            limits.Take(length / sizeof(float));
            byte[] bytes = new byte[length];
            for (int read = 0; read < bytes.Length;)
            {
                int more = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
                if (more == 0) throw new InvalidDataException($"'{said}' became shorter while it was read");
                read += more;
            }

            return bytes;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the weights of '{tensor.Name}' are in '{said}', which cannot be read: that file belongs beside this one (or save the network with its weights inside: external_data=False)", exception);
        }
    }

    /// <summary>Where a tensor's bytes are: what the file says must stay within its own folder.</summary>
    string PathOf(TensorProto tensor)
    {
        string location = Entry(tensor, "location") ?? throw new InvalidDataException($"the weights of '{tensor.Name}' are outside the file, which does not say where");
        return FindPath(tensor) ?? throw new InvalidDataException($"the weights of '{tensor.Name}' are said to be in '{location}', which is not in the file's own folder");
    }

    string? FindPath(TensorProto tensor)
    {
        if (Entry(tensor, "location") is not { } location || location.Contains('\0') || Path.IsPathRooted(location)) return null;
        string path = Path.GetFullPath(Path.Combine(folder, location));
        return path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : null;
    }

    static long? Number(TensorProto tensor, string key) => Entry(tensor, key) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new InvalidDataException($"the weights of '{tensor.Name}' have the {key} '{text}', which is no number");

    static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;
}
