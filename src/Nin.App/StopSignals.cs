using System.Runtime.InteropServices;

namespace Nin.App;

/// <summary>Ctrl-C (SIGINT) and SIGTERM as one token: the first asks a command to stop, the second takes the signal's own way out. A limit on the size of
/// files (SIGXFSZ) is made a failure of the write.</summary>
sealed class StopSignals : IDisposable
{
    readonly CancellationTokenSource stop = new();
    // SIGXFSZ of Linux, macOS and the BSDs, which .NET has no name for.
    const PosixSignal FileSizeLimit = (PosixSignal)25;

    readonly PosixSignalRegistration interrupt, terminate;
    readonly PosixSignalRegistration? fileSize;
    volatile StopSignal? received;

    public StopSignals()
    {
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, new("interrupted", ExitCode.Interrupted)));
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, new("terminated", ExitCode.Terminated)));
        // Left to itself it ends the process without a word; ignored, the write fails and says which file.
        if (!OperatingSystem.IsWindows()) fileSize = PosixSignalRegistration.Create(FileSizeLimit, context => context.Cancel = true);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>The first signal, or null.</summary>
    public StopSignal? Received => received;

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        fileSize?.Dispose();
        stop.Dispose();
    }

    void Receive(PosixSignalContext context, StopSignal signal)
    {
        if (Interlocked.CompareExchange(ref received, signal, null) is not null) return;
        context.Cancel = true;
        stop.Cancel();
    }
}

/// <summary>What the process says of a signal, and ends with.</summary>
sealed record StopSignal(string Word, int ExitCode);

/// <summary>A command stopped where it can go on: the message begins with <c>after</c> and says how.</summary>
sealed class RunStoppedException(string message) : OperationCanceledException(message);
