using System.CommandLine;
using Nin.App.Commands;
using Nin.App.Studies;

namespace Nin.App;

/// <summary>Turns arguments into an exit code, with one line on standard error for whatever goes wrong.</summary>
static class CommandLine
{
    /// <summary>Runs one of a root's commands, telling <paramref name="error"/> what goes wrong.</summary>
    public static async Task<int> RunAsync(RootCommand root, string[] args, TextWriter error)
    {
        var parsed = root.Parse(args);
        if (UsageError.Of(parsed) is { } problem) return Report(problem, ExitCode.WrongUsage);
        using var stop = new StopSignals();
        try
        {
            // Its own handlers would end the process after a while, in the middle of a write.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, stop.Token).ConfigureAwait(false);
        }
        catch (UsageException exception)
        {
            return Report(exception.Message, ExitCode.WrongUsage);
        }
        catch (OperationCanceledException exception) when (stop.Received is { } signal)
        {
            return Report(exception is RunStoppedException ? $"{signal.Word} {exception.Message}" : $"{signal.Word}.", signal.ExitCode);
        }
#pragma warning disable CA1031 // The last handler: whatever it is, the user gets one line.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (parsed.GetValue(SharedOptions.Verbose)) await error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);
            return Report(ErrorText.Of(exception), ExitCode.Failed);
        }

        int Report(string problem, int code)
        {
            error.WriteLine($"{NinApp.Name}: {problem}");
            return code;
        }
    }

    /// <summary>All commands, for a program's networks and studies.</summary>
    public static RootCommand Create(string description, ModelCatalog models, IReadOnlyList<Study> studies)
    {
        var root = Commands(description, models, studies);
        GroupedHelp.Install(root);
        return root;
    }

    static RootCommand Commands(string description, ModelCatalog models, IReadOnlyList<Study> studies) => new(description)
    {
        SharedOptions.Json,
        SharedOptions.Verbose,
        new DevicesCommand(),
        new ModelsCommand(models),
        new SummaryCommand(models),
        new TrainCommand(models),
        new FindRateCommand(models),
        new EvalCommand(models),
        new PredictCommand(models),
        new ExplainCommand(models),
        new CompareCommand(models),
        new ExperimentCommand(models, studies),
        new ExportCommand(models),
        new ImportCommand(),
        new BenchCommand(models),
        new DataCommand(),
        new VerifyCommand(models),
        new DoctorCommand(models),
    };
}
