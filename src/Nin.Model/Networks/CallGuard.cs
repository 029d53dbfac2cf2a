namespace Nin;

/// <summary>
/// Lets one call at a time run in a session. A second thread gets an exception at once: waiting would hide the mistake and cost the speed that the
/// threads were for, and running would give both wrong numbers.
/// </summary>
sealed class CallGuard(string network)
{
    const int Closed = -1;

    // The managed thread that is inside, 0 for none.
    int owner;

    /// <summary>Begins a call, which the result ends when it is disposed.</summary>
    /// <exception cref="InvalidOperationException">Another call is under way.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public Call Enter()
    {
        int entered = Interlocked.CompareExchange(ref owner, Environment.CurrentManagedThreadId, 0);
        if (entered == 0) return new Call(this);
        if (entered == Closed)
            throw new ObjectDisposedException(nameof(Session<,>), "This session was disposed: open another one with the network's CreateSession.");
        throw new InvalidOperationException(
            entered == Environment.CurrentManagedThreadId
                ? $"This session of {network} is in the middle of a call on this thread: open another session with CreateSession for what runs inside it."
                : $"This session of {network} is running on another thread. A session, and the network's own Forward and TrainStep, take one call at a " +
                    "time: open a session for each thread with CreateSession.");
    }

    /// <summary>Waits for the call that is under way, then admits no more.</summary>
    /// <exception cref="InvalidOperationException">The call is on this thread.</exception>
    public void Close()
    {
        if (Volatile.Read(ref owner) == Environment.CurrentManagedThreadId)
            throw new InvalidOperationException($"This session of {network} is in the middle of a call on this thread: dispose it after the call.");
        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref owner, Closed, 0) is not (0 or Closed)) wait.SpinOnce();
    }

    void Leave() => Volatile.Write(ref owner, 0);

    /// <summary>A call that is under way.</summary>
    public readonly ref struct Call(CallGuard guard)
    {
        /// <summary>Ends it.</summary>
        public void Dispose() => guard.Leave();
    }
}
