namespace Nin.Distributed;

/// <summary>
/// Watches that this rank's own work progresses: a process in an endless loop would still answer its neighbours, from the thread that calls MPI. How long
/// work that repeats may take is learned from the times before, so that a slow machine needs no setting; other work has a fixed limit.
/// </summary>
/// <param name="silence">The least limit.</param>
/// <param name="timeout">The limit where nothing was learned.</param>
/// <param name="now">The clock.</param>
sealed class Watchdog(TimeSpan silence, TimeSpan timeout, TimeProvider now)
{
    /// <summary>Work of a kind may show no progress for this many times the whole duration of the longest before: a shared machine that is slow for a while is not hanging.</summary>
    public const int Slack = 20;

    readonly Lock gate = new();
    readonly Dictionary<string, Times> known = [];
    string? kind;
    bool repeats, hasProgressed, waits;
    // Since the work began, and since its last sign of progress; without waiting for others.
    TimeSpan whole, still, longestStill;
    long since;

    /// <summary>Work begins, in place of what was done before.</summary>
    public void Begin(string kind, bool repeats)
    {
        lock (gate)
        {
            Close();
            (this.kind, this.repeats, hasProgressed, since) = (kind, repeats, false, now.GetTimestamp());
            whole = still = longestStill = default;
        }
    }

    /// <summary>The work progressed.</summary>
    public void Progressed()
    {
        lock (gate) Progress();
    }

    /// <summary>The work is done, and nothing is watched.</summary>
    public void End()
    {
        lock (gate) Close();
    }

    /// <summary>Begins or ends to wait for other ranks, which does not count as work.</summary>
    public void Waits(bool value)
    {
        lock (gate)
        {
            Count();
            waits = value;
        }
    }

    /// <summary>The work that hangs, as a message; null where there is none.</summary>
    public string? Overdue()
    {
        lock (gate)
        {
            if (kind is null || waits) return null;
            Count();
            var times = repeats ? known.GetValueOrDefault(kind) : null;
            var limit = times is null ? timeout : times.Limit(silence, timeout);
            if (still <= limit) return null;
            string why = times is { Later: { } longest }
                ? FormattableString.Invariant($"the longest before took {longest.TotalSeconds:0.##} in all, so it hangs")
                : FormattableString.Invariant($"it hangs, or needs more than the {timeout.TotalSeconds:0.#} of --rank-timeout (RanksOptions.Timeout)");
            return FormattableString.Invariant($"{kind}{(repeats && times is null ? ", the first," : "")} has made no progress for {still.TotalSeconds:0} seconds: {why}");
        }
    }

    void Close()
    {
        // What never progressed was not done: it was begun and found that nothing was left to do.
        if (kind is not null && repeats && hasProgressed)
        {
            Progress();
            if (known.TryGetValue(kind, out var times)) times.Add(whole);
            else known[kind] = new Times(longestStill);
        }

        kind = null;
    }

    void Progress()
    {
        Count();
        hasProgressed = true;
        if (still > longestStill) longestStill = still;
        still = default;
    }

    void Count()
    {
        long at = now.GetTimestamp();
        if (!waits)
        {
            var passed = now.GetElapsedTime(since, at);
            whole += passed;
            still += passed;
        }

        since = at;
    }

    /// <summary>How long work of a kind took before.</summary>
    /// <param name="firstStill">How long the first, which compiles kernels and opens files, went without progress at most: later ones may meet something new, too.</param>
    sealed class Times(TimeSpan firstStill)
    {
        /// <summary>The longest after the first.</summary>
        public TimeSpan? Later { get; private set; }

        public void Add(TimeSpan whole)
        {
            if (!(whole <= Later)) Later = whole;
        }

        public TimeSpan Limit(TimeSpan silence, TimeSpan timeout)
        {
            if (Later is not { } longest) return timeout;
            TimeSpan[] all = [silence, longest * Slack, firstStill * 2];
            return all.Max();
        }
    }
}
