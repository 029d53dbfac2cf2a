namespace Nin.Benchmarks.Peers;

/// <summary>What the main program of every measured process does with failures: the reason in one line, for the table.</summary>
static class PeerProcess
{
    /// <summary>Begins the line that says why the process could not measure.</summary>
    public const string Failed = "failed: ";

    /// <summary>Runs the program; the innermost reason of a failure goes to standard output, and the exit code is 1.</summary>
    public static int Run(Action program)
    {
        try
        {
            program();
            return 0;
        }
        catch (Exception exception)
        {
            var reason = exception;
            while (reason.InnerException is not null) reason = reason.InnerException;
            Console.WriteLine(Failed + Gist(reason.Message));
            return 1;
        }
    }

    // A native library that does not load is reported with every place where it was looked for; one line says what is missing.
    static string Gist(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(lines, l => l.Contains("not found (required by", StringComparison.Ordinal)) ?? lines[0];
    }
}
