using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Nin;
using Nin.Images;
using Nin.Samples;

// The classifier is loaded, and answers a first picture, while the server starts.
var settings = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
var loading = Task.Run(() =>
{
    var classifier = Classifier.Load<EmojiNet>(settings["weights"] ?? "model.safetensors", Device.Open(settings["device"] ?? "cpu"));
    classifier.WarmUp();
    return classifier;
});

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ServiceJson.Default));
// One for all requests: it may be asked from any thread. Those that come before it is there wait for it.
builder.Services.AddSingleton(_ => loading.GetAwaiter().GetResult());
await using var app = builder.Build();
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
await app.StartAsync();
try
{
    await loading;
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

await app.WaitForShutdownAsync();
return 0;

/// <summary>Why a picture got no answer, in one line.</summary>
sealed record Problem(string Error);

/// <summary>How answers are written without reflection, which a native program does not have.</summary>
[JsonSerializable(typeof(Prediction[]))]
[JsonSerializable(typeof(Problem))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
sealed partial class ServiceJson : JsonSerializerContext;
