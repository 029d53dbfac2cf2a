using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nin.Checkpoints;

namespace Nin.Data;

/// <summary>
/// Preprocessing as strings in a file's metadata, each of them JSON:
/// <code>
/// nin.classes   ["daisy","rose"]
/// nin.resize    {"rule":"center-crop","height":96,"width":96,"background":255}
/// nin.channels  3
/// nin.mean      [0.47,0.42,0.3]
/// nin.std       [0.29,0.26,0.28]
/// </code>
/// </summary>
/// <remarks>Files are not trusted: each value is checked by itself, and the whole by <see cref="Preprocessing"/>.</remarks>
sealed class PreprocessingMetadata(IReadOnlyDictionary<string, string> metadata, string source)
{
    const string Classes = "nin.classes", Resize = "nin.resize", Channels = "nin.channels", Mean = "nin.mean", Std = "nin.std";

    // Names are read by people, also those that are not ASCII.
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly (string Name, ResizeRule Rule)[] Rules =
        [("stretch", ResizeRule.Stretch), ("center-crop", ResizeRule.CenterCrop), ("pad", ResizeRule.Pad)];

    public static IEnumerable<string> Keys { get; } = [Classes, Resize, Channels, Mean, Std];

    public static Dictionary<string, string> Write(Preprocessing of)
    {
        var metadata = new Dictionary<string, string>
        {
            [Classes] = Json(json => WriteArray(json, of.ClassNames, json.WriteStringValue)),
            [Resize] = Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("rule", Rules.Single(r => r.Rule == of.Resize).Name);
                json.WriteNumber("height", of.Height);
                json.WriteNumber("width", of.Width);
                json.WriteNumber("background", of.Background);
                json.WriteEndObject();
            }),
            [Channels] = Json(json => json.WriteNumberValue(of.Channels)),
        };
        if (of.Normalization is { } normalization)
        {
            metadata[Mean] = Json(json => WriteArray(json, normalization.Mean, json.WriteNumberValue));
            metadata[Std] = Json(json => WriteArray(json, normalization.Std, json.WriteNumberValue));
        }

        return metadata;
    }

    /// <exception cref="InvalidDataException">A key is missing, or its value is damaged.</exception>
    public Preprocessing Read()
    {
        if (!Keys.Any(metadata.ContainsKey))
            throw new InvalidDataException($"{source} does not say how pictures are prepared for it: save it with net.Save(path, data.Preprocessing).");
        string[] classes = Parse(Classes, "an array of names", e => e.EnumerateArray().Select(name => name.GetString()!).ToArray());
        var (rule, height, width, background) = Parse(
            Resize, """{"rule": "stretch", "center-crop" or "pad", "height": 1 or more, "width": 1 or more}""", ParseResize);
        int channels = Parse(Channels, "a number of channels", e => e.GetInt32());
        try
        {
            return new Preprocessing(classes, channels, height, width, rule, ReadNormalization(), background);
        }
        catch (ArgumentException problem)
        {
            throw new InvalidDataException($"{source} cannot be used: {problem.Message}", problem);
        }
    }

    Normalization? ReadNormalization()
    {
        if (!metadata.ContainsKey(Mean) && !metadata.ContainsKey(Std)) return null;
        return new Normalization(Parse(Mean, "an array of numbers", ParseNumbers), Parse(Std, "an array of numbers", ParseNumbers));
    }

    T Parse<T>(string key, string allowed, Func<JsonElement, T> parse)
    {
        if (!metadata.TryGetValue(key, out string? text)) throw new InvalidDataException($"{source} lacks {key}: {allowed}. Save it again.");
        try
        {
            using var json = JsonDocument.Parse(text);
            return parse(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"{source} has {key} = {SafetensorsHeader.Quote(text)}; it must be {allowed}. Save it again.", e);
        }
    }

    static (ResizeRule Rule, int Height, int Width, byte Background) ParseResize(JsonElement json)
    {
        string? name = json.GetProperty("rule").GetString();
        int at = Array.FindIndex(Rules, r => r.Name == name);
        if (at < 0) throw new FormatException();
        byte background = json.TryGetProperty("background", out var level) ? level.GetByte() : byte.MaxValue;
        return (Rules[at].Rule, json.GetProperty("height").GetInt32(), json.GetProperty("width").GetInt32(), background);
    }

    static float[] ParseNumbers(JsonElement json) => [.. json.EnumerateArray().Select(number => number.GetSingle())];

    static string Json(Action<Utf8JsonWriter> write)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, Readable)) write(json);
        return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }

    static void WriteArray<T>(Utf8JsonWriter json, IReadOnlyList<T> values, Action<T> write)
    {
        json.WriteStartArray();
        foreach (T value in values) write(value);
        json.WriteEndArray();
    }
}
