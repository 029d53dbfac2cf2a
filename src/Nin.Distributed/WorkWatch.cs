namespace Nin.Distributed;

/// <summary>
/// Watches that this rank's own work comes to an end: a process in an endless loop answers its neighbours all the same, from the thread that calls MPI. How long
/// work may take is learned from what the same kind took before, so that a slow machine needs no setting.
/// </summary>
/// <param name="silence">The least limit.</param>
/// <param name="now">The clock.</param>
sealed class WorkWatch(TimeSpan silence, TimeProvider now)
{
    /// <summary>Work of a kind may take so many times what it took at most before: a machine that others use, too, is no loop.</summary>
    public const int Slack = 20;

    /// <summary>For the first of a kind, which compiles kernels, there is nothing to compare with.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMinutes(10);

    readonly Lock gate = new();
    readonly Dictionary<string, TimeSpan> longest = [];
    string? kind;
    TimeSpan spent;
    long since;
    bool waits;

    /// <summary>Work begins.</summary>
    public void Begin(string kind)
    {
        lock (gate) (this.kind, spent, since) = (kind, TimeSpan.Zero, now.GetTimestamp());
    }

    /// <summary>It is done.</summary>
    public void End()
    {
        lock (gate)
        {
            if (kind is null) return;
            var took = Spent;
            if (!longest.TryGetValue(kind, out var before) || took > before) longest[kind] = took;
            kind = null;
        }
    }

    /// <summary>Begins or ends to wait for other ranks, which is no work.</summary>
    public void Waits(bool value)
    {
        lock (gate)
        {
            if (value) spent = Spent;
            else since = now.GetTimestamp();
            waits = value;
        }
    }

    /// <summary>What hangs, in words; null where all is well.</summary>
    public string? Overdue()
    {
        lock (gate)
        {
            if (kind is null || waits) return null;
            bool isFirst = !longest.TryGetValue(kind, out var before);
            var limit = isFirst ? First : before * Slack > silence ? before * Slack : silence;
            if (Spent <= limit) return null;
            string usual = isFirst ? "and is the first" : FormattableString.Invariant($"and the longest before took {before.TotalSeconds:0.##}");
            return FormattableString.Invariant($"{kind} has taken {Spent.TotalSeconds:0} seconds so far, {usual}: it hangs");
        }
    }

    TimeSpan Spent => waits ? spent : spent + now.GetElapsedTime(since);
}
