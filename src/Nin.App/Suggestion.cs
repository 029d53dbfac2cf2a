namespace Nin.App;

/// <summary>The allowed name that a mistyped one was probably meant to be.</summary>
static class Suggestion
{
    /// <summary><c>: did you mean 'train'?</c> or just <c>;</c>.</summary>
    public static string For(string typed, IReadOnlyCollection<string> allowed)
    {
        string? nearest = allowed.MinBy(name => Distance(typed, name));
        return nearest is not null && Distance(typed, nearest) <= Math.Max(1, typed.Length / 3) ? $": did you mean '{nearest}'?" : ";";
    }

    /// <summary>Levenshtein's distance: insertions, deletions and replacements.</summary>
    static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, 1 + Math.Min(row[j], row[j + 1]));
            }
        }

        return row[^1];
    }
}
