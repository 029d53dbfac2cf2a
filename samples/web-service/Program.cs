using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Nin;
using Nin.Images;
using Nin.Samples;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ServiceJson.Default));
string weights = builder.Configuration["weights"] ?? "model.safetensors";
Classifier classifier;
try
{
    classifier = Classifier.Load<EmojiNet>(weights, Device.Open(builder.Configuration["device"] ?? "cpu"));
}
catch (Exception e) when (e is InvalidDataException or IOException)
{
    Console.Error.WriteLine($"web-service: {e.Message} (--weights FILE names another one)");
    return 1;
}
catch (Exception e) when (e is ArgumentException or InvalidOperationException)
{
    Console.Error.WriteLine($"web-service: {e.Message} (--device ID names another one)");
    return 1;
}

// One for all requests: it may be asked from any thread.
builder.Services.AddSingleton(classifier);
var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();

// Browsers that come from another site may ask, too: there is no account that a forged request could misuse.
app.MapPost("/classify", Results<Ok<Prediction[]>, BadRequest<Problem>> (IFormFile f, Classifier c) =>
{
    try
    {
        return TypedResults.Ok(c.Predict(f.OpenReadStream(), top: 3));
    }
    catch (InvalidDataException unusable)
    {
        return TypedResults.BadRequest(new Problem(unusable.Message));
    }
}).DisableAntiforgery();
await app.RunAsync();
return 0;

/// <summary>Why a picture got no answer, in one line.</summary>
sealed record Problem(string Error);

/// <summary>How answers are written without reflection, which a native program does not have.</summary>
[JsonSerializable(typeof(Prediction[]))]
[JsonSerializable(typeof(Problem))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
sealed partial class ServiceJson : JsonSerializerContext;
