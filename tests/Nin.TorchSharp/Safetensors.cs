using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Nin.TorchSharpState;

/// <summary>Safetensors files, written and read here by the format's description, without Nin's own code: what Nin writes is read by somebody else.</summary>
static class Safetensors
{
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var bytes = new MemoryStream();
        var header = new Dictionary<string, object>();
        foreach (var (name, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            long start = bytes.Length;
            using var flat = tensor.detach().cpu().contiguous().flatten();
            if (tensor.dtype == ScalarType.Int64) bytes.Write(MemoryMarshal.AsBytes<long>(flat.data<long>().ToArray()));
            else bytes.Write(MemoryMarshal.AsBytes<float>(flat.data<float>().ToArray()));
            header[name] = new { dtype = tensor.dtype == ScalarType.Int64 ? "I64" : "F32", shape = tensor.shape, data_offsets = new[] { start, bytes.Length } };
        }

        byte[] json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header).PadRight(8));
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)json.Length));
        file.Write(json);
        bytes.WriteTo(file);
    }

    public static Dictionary<string, Tensor> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int length = (int)BitConverter.ToInt64(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        var tensors = new Dictionary<string, Tensor>();
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            int[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(o => o.GetInt32())];
            var bytes = file.AsSpan(8 + length + offsets[0], offsets[1] - offsets[0]);
            tensors[entry.Name] = entry.Value.GetProperty("dtype").GetString() == "I64"
                ? tensor(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), shape)
                : tensor(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), shape);
        }

        return tensors;
    }
}
