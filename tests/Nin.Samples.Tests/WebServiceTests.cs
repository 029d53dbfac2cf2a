using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Nin.Data;
using Nin.Generators.Tests.Packages;
using SkiaSharp;

namespace Nin.Samples.Tests;

/// <summary>The web service in a process of its own, with untrained weights.</summary>
public sealed class WebServiceTests : IDisposable
{
    const string AnyPort = "http://127.0.0.1:0";

    static readonly string[] Names = [.. Enumerable.Range(0, 9).Select(k => $"kind {k}")];

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nin-web-service-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task It_answers_pictures_with_classes_and_anything_else_with_one_line()
    {
        using var service = SampleProgram.Start("web-service", "WebService", "--weights", Weights(), "--urls", AnyPort);
        await ShouldAnswerAsync(service);
    }

    [LongFact]
    [Trait("Category", "Long")]
    public async Task Published_by_Native_AOT_it_has_no_warning_and_answers_the_same()
    {
        string published = Path.Combine(folder.FullName, "published"), program = Path.Combine(published, "WebService");
        var (exitCode, output) = Dotnet.Run(
            folder.FullName, "publish", SampleProgram.Folder("web-service"), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-o", published, "-tl:off", "-nodeReuse:false");
        exitCode.Should().Be(0, output);
        output.Should().NotContain("warning");
        using var service = Process.Start(new ProcessStartInfo(program, ["--weights", Weights(), "--urls", AnyPort])
        {
            WorkingDirectory = published, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await ShouldAnswerAsync(service);
    }

    [Fact]
    public async Task A_device_that_a_native_program_has_not_is_one_line()
    {
        var (code, _, error) = await SampleProgram.RunAsync("web-service", "WebService", "--weights", Weights(), "--device", "cuda:0");
        code.Should().Be(1);
        error.TrimEnd().Should().StartWith("web-service: There is no device 'cuda:0': the program was published without accelerators").And.NotContain("\n");
    }

    string Weights()
    {
        string weights = Path.Combine(folder.FullName, "model.safetensors");
        using var device = Device.Open("cpu");
        using var network = new EmojiNet(device, seed: 0);
        network.Save(weights, new Preprocessing(Names, 3, 64, 64, ResizeRule.CenterCrop, null));
        return weights;
    }

    static async Task ShouldAnswerAsync(Process service)
    {
        try
        {
            using var client = new HttpClient { BaseAddress = await AddressAsync(service) };
            (await client.GetStringAsync("/")).Should().Contain("Drop a picture here");

            using var answer = await PostAsync(client, Picture());
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            var best = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateArray().ToList();
            best.Should().HaveCount(3);
            best[0].GetProperty("label").GetString().Should().BeOneOf(Names);
            best.Select(p => p.GetProperty("probability").GetDouble()).Should().BeInDescendingOrder().And.OnlyContain(p => p > 0 && p < 1);

            using var refused = await PostAsync(client, Encoding.UTF8.GetBytes("not a picture"));
            refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString()
                .Should().Be("The picture cannot be used: it is not a PNG, JPEG, WebP, BMP or GIF picture.");
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Weights_that_are_not_there_are_one_line()
    {
        var (code, _, error) = await SampleProgram.RunAsync("web-service", "WebService", "--weights", Path.Combine(folder.FullName, "none.safetensors"));
        code.Should().Be(1);
        error.TrimEnd().Should().StartWith("web-service: ").And.Contain("none.safetensors").And.NotContain("\n");
    }

    static async Task<Uri> AddressAsync(Process service)
    {
        const string Mark = "Now listening on: ";
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await service.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            int at = line.IndexOf(Mark, StringComparison.Ordinal);
            if (at >= 0) return new Uri(line[(at + Mark.Length)..].Trim());
        }

        throw new InvalidOperationException($"The service ended: {await service.StandardError.ReadToEndAsync(limit.Token)}");
    }

    static async Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] file)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "f", "picture.png" } };
        return await client.PostAsync(new Uri("/classify", UriKind.Relative), form);
    }

    static byte[] Picture()
    {
        using var bitmap = new SKBitmap(100, 80);
        bitmap.Erase(SKColors.Tomato);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
