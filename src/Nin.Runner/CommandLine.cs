using System.CommandLine;
using System.Runtime.InteropServices;
using Nin.Runner.Commands;
using Nin.Runner.Output;

namespace Nin.Runner;

/// <summary>Turns arguments into an exit code, with one line on standard error for whatever goes wrong.</summary>
static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = Create();
        var parsed = root.Parse(args);
        if (UsageError.Of(parsed) is { } problem) return Report(problem, ExitCode.WrongUsage);
        using var interrupt = new CancellationTokenSource();
        using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Interrupt(signal, interrupt));
        using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Interrupt(signal, interrupt));
        try
        {
            // Its own handlers would end the process after a while, in the middle of a write.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, interrupt.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return Report("interrupted.", ExitCode.Interrupted);
        }
#pragma warning disable CA1031 // The last handler: whatever it is, the user gets one line.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (parsed.GetValue(SharedOptions.Verbose)) await Console.Error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);
            return Report(ErrorText.Of(exception), exception is ArgumentException ? ExitCode.WrongUsage : ExitCode.Failed);
        }
    }

    static RootCommand Create() => new("Convolutional networks declared by attributes: train, measure and look at them.")
    {
        SharedOptions.Json,
        SharedOptions.Verbose,
        new DevicesCommand(),
        new ModelsCommand(),
        new SummaryCommand(),
        new TrainCommand(),
        new EvalCommand(),
        new BenchCommand(),
        new DataCommand(),
        new VerifyCommand(),
        new DoctorCommand(),
    };

    // The first signal asks the command to stop, the second ends the process.
    static void Interrupt(PosixSignalContext signal, CancellationTokenSource interrupt)
    {
        if (interrupt.IsCancellationRequested) return;
        signal.Cancel = true;
        interrupt.Cancel();
    }

    /// <summary>Writes what is wrong in one line, and returns the code.</summary>
    public static int Report(string problem, int code)
    {
        Console.Error.WriteLine($"nin: {problem}");
        return code;
    }
}
