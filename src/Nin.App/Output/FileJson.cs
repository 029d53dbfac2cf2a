using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nin.App.Runs;

namespace Nin.App.Output;

/// <summary>
/// JSON of files, with line breaks for people. Anything missing, unknown, null or present twice is an error when it is read: a run must not go
/// on with a default for what it does not understand.
/// </summary>
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(TrainSettings))]
sealed partial class FileJson : JsonSerializerContext
{
    public static FileJson Indented { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    });
}
