using System.CommandLine;

namespace Nin.App;

/// <summary>The device that a command was asked to run on.</summary>
static class ChosenDevice
{
    /// <summary>Opens it. What <c>auto</c> skipped is reported where a driver fails, and with <c>--verbose</c> in any case.</summary>
    public static Device Open(ParseResult parsed, Option<string> device, Option<int?> threads, string? precision = null)
    {
        bool verbose = parsed.GetValue(SharedOptions.Verbose);
        try
        {
            return Device.Open(parsed.GetValue(device)!, parsed.GetValue(threads) ?? 0, passedOver =>
            {
                if (verbose || passedOver.IsBroken) Console.Error.WriteLine($"{NinApp.Name}: {passedOver.Id} is not used: {ErrorText.OneLine(passedOver.Missing!)}");
            }, Precisions.Of(precision));
        }
        catch (ArgumentException exception) when (exception.ParamName == "id")
        {
            throw new UsageException(ErrorText.Message(exception));
        }
    }
}
