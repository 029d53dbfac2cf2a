using System.Runtime.InteropServices;

namespace Nin.App;

/// <summary>Ctrl-C (SIGINT) and SIGTERM as one token: the first asks a command to stop, the second takes the signal's own way out.</summary>
sealed class StopSignals : IDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly PosixSignalRegistration interrupt, terminate;
    volatile StopSignal? received;

    public StopSignals()
    {
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, new("interrupted", ExitCode.Interrupted)));
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, new("terminated", ExitCode.Terminated)));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>The first signal, or null.</summary>
    public StopSignal? Received => received;

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
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
