using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nin.App.Results;

namespace Nin.App.Output;

/// <summary>JSON of all results, written without reflection so that the first line comes at once.</summary>
[JsonSerializable(typeof(DeviceRow[]))]
[JsonSerializable(typeof(ModelRow[]))]
[JsonSerializable(typeof(SummaryResult))]
[JsonSerializable(typeof(EpochResult))]
[JsonSerializable(typeof(TrainResultLine))]
[JsonSerializable(typeof(EvalResult))]
[JsonSerializable(typeof(BenchResult))]
[JsonSerializable(typeof(DataResult))]
[JsonSerializable(typeof(VerifyResult))]
[JsonSerializable(typeof(DoctorResult))]
[JsonSerializable(typeof(PredictionRow[]))]
[JsonSerializable(typeof(ExplainResult))]
[JsonSerializable(typeof(ExportResult))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(CompareResult))]
[JsonSerializable(typeof(RateSearchResult))]
[JsonSerializable(typeof(StudyListRow[]))]
[JsonSerializable(typeof(ExperimentResult))]
[JsonSerializable(typeof(ResourceResult))]
sealed partial class AppJson : JsonSerializerContext
{
    /// <summary>One object per line. A loss that is not a number is written as a string, because JSON has no such numbers.</summary>
    public static AppJson Lines { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
