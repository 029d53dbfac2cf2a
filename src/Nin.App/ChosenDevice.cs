using System.CommandLine;
using Nin.Distributed;

namespace Nin.App;

/// <summary>The device that a command was asked to run on.</summary>
static class ChosenDevice
{
    /// <summary>Opens it. What <c>auto</c> skipped is reported where a driver fails, and with <c>--verbose</c> in any case.</summary>
    /// <param name="parsed">What the user typed.</param>
    /// <param name="device">Names the device.</param>
    /// <param name="threads">How many threads, on the CPU.</param>
    /// <param name="precision">How exactly it computes, or null.</param>
    /// <param name="ranks">The processes that share the machine, or null.</param>
    public static Device Open(ParseResult parsed, Option<string> device, Option<int?> threads, string? precision = null, Ranks? ranks = null)
    {
        string id = parsed.GetValue(device)!;
        int count = parsed.GetValue(threads) ?? 0;
        bool verbose = parsed.GetValue(SharedOptions.Verbose);
        try
        {
            return ranks is null ? Device.Open(id, count, Report, Precisions.Of(precision)) : ranks.OpenDevice(id, count, Report, Precisions.Of(precision));
        }
        catch (ArgumentException exception) when (exception.ParamName == "id")
        {
            throw new UsageException(ErrorText.Message(exception));
        }

        void Report(DeviceInfo passedOver)
        {
            if (verbose || passedOver.IsBroken) Console.Error.WriteLine($"{NinApp.Name}: {passedOver.Id} is not used: {ErrorText.OneLine(passedOver.Missing!)}");
        }
    }
}
