namespace Nin.SimulatedCuda;

/// <summary>
/// Work that waits until somebody needs its result: nothing runs before a stream is waited for, and then only what that stream's order demands.
/// So what a program forgot to order comes in the wrong order here every time, where a device only sometimes shows it.
/// </summary>
sealed class Queue(bool isBlocking)
{
    readonly Queue<Action> work = [];

    /// <summary>Whether it keeps the order of the default stream.</summary>
    public bool IsBlocking { get; } = isBlocking;

    /// <summary>What is recorded instead of queued; null where nothing is.</summary>
    public Capture? Capture { get; set; }

    /// <summary>How much was queued, ever.</summary>
    public long Queued { get; private set; }

    /// <summary>How much of it has run.</summary>
    public long Done { get; private set; }

    /// <summary>Address ranges that queued launches were given as arguments, by when they were queued.</summary>
    public Queue<(long Item, nint[] Pointers, string Name)> Uses { get; } = [];

    public void Add(Action item)
    {
        work.Enqueue(item);
        Queued++;
    }

    /// <summary>Runs everything up to a place in the order.</summary>
    public void RunTo(long item)
    {
        while (Done < item)
        {
            Action next = work.Dequeue();
            Done++;
            try
            {
                next();
            }
            finally
            {
                while (Uses.TryPeek(out var use) && use.Item <= Done) Uses.Dequeue();
            }
        }
    }

    public void Run() => RunTo(Queued);
}

/// <summary>A place in a stream's order.</summary>
sealed class Event
{
    public Queue? Stream { get; set; }

    public long Item { get; set; }

    public long Ticks { get; set; }
}
