using System.Diagnostics;

namespace Nin.TestKit.Fuzzing;

/// <summary>The outcome of the damaged files of a <see cref="FuzzRun"/>.</summary>
/// <param name="Files">Files that were read.</param>
/// <param name="Refused">Those that were refused with the documented exception; the others were harmless.</param>
/// <param name="MostBytes">The most heap memory that one took.</param>
/// <param name="Longest">The longest time that one took.</param>
public sealed record FuzzFigures(int Files, int Refused, long MostBytes, TimeSpan Longest);

/// <summary>The outcome of one file: whether it was refused, the heap memory and the time that it took.</summary>
public readonly record struct JudgedFile(bool IsRefused, long Bytes, TimeSpan Took);

/// <summary>
/// Reads damaged files one after the other. Each must be read or refused with the documented exception and one clear line, in time, and within
/// memory that is a small multiple of the file.
/// </summary>
public sealed class FuzzRun
{
    /// <summary>Writes a damaged file to a path and reads it; what it throws is judged.</summary>
    public required Action<byte[]> Read { get; init; }

    /// <summary>The exceptions that refuse a file.</summary>
    public IReadOnlyList<Type> Refusals { get; init; } = [typeof(InvalidDataException)];

    /// <summary>Characters that a refusal has at least.</summary>
    public int LeastMessage { get; init; } = 20;

    /// <summary>Bytes that a file takes in memory, from which its limit is reckoned: its length, or what it unpacks to.</summary>
    public Func<byte[], long> Size { get; init; } = file => file.Length;

    /// <summary>Heap bytes that any file may take: buffers, an exception.</summary>
    public long FixedBytes { get; init; } = 300_000;

    /// <summary>Heap bytes for each byte of the file.</summary>
    public int BytesPerByte { get; init; } = 16;

    /// <summary>Time that a file may take, on a machine that does other things, too.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Reads as many files as asked for.</summary>
    /// <param name="next">Makes a file.</param>
    /// <param name="files">How many.</param>
    /// <exception cref="InvalidOperationException">A file broke a rule; the message holds it in Base64.</exception>
    public FuzzFigures Run(Func<byte[]> next, int files)
    {
        byte[] current = [];
        int done = 0;
        FuzzFigures? figures = null;
        Exception? failure = null;
        var worker = new Thread(() =>
        {
            try
            {
                figures = ReadAll(next, files, file => (current, done) = (file, done + 1));
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }) { IsBackground = true };
        worker.Start();
        for (int before = -1; !worker.Join(Limit); before = done)
        {
            if (before == done) throw Broken(current, $"was not read within {Limit}");
        }

        return failure is null ? figures! : throw new InvalidOperationException(failure.Message, failure);
    }

    /// <summary>Reads one file by the rules.</summary>
    /// <exception cref="InvalidOperationException">The file broke a rule; the message holds it in Base64.</exception>
    public JudgedFile Judge(byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        bool isRefused = IsRefused(file);
        var took = Stopwatch.GetElapsedTime(start);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        if (bytes > FixedBytes + BytesPerByte * Size(file)) throw Broken(file, $"takes {bytes:N0} bytes");
        return new JudgedFile(isRefused, bytes, took);
    }

    FuzzFigures ReadAll(Func<byte[]> next, int files, Action<byte[]> begins)
    {
        int refused = 0;
        long mostBytes = 0;
        var longest = TimeSpan.Zero;
        for (int i = 0; i < files; i++)
        {
            byte[] file = next();
            begins(file);
            var judged = Judge(file);
            if (judged.IsRefused) refused++;
            mostBytes = Math.Max(mostBytes, judged.Bytes);
            longest = judged.Took > longest ? judged.Took : longest;
        }

        return new FuzzFigures(files, refused, mostBytes, longest);
    }

    bool IsRefused(byte[] file)
    {
        string message;
        try
        {
            Read(file);
            return false;
        }
        catch (Exception exception) when (Refusals.Contains(exception.GetType()))
        {
            message = exception.Message;
        }
        catch (Exception exception)
        {
            throw Broken(file, $"is answered with {exception}");
        }

        if (message.AsSpan().ContainsAny('\n', '\r') || message.Length < LeastMessage || message.Length > 2000) throw Broken(file, $"has the message '{message}'");
        return true;
    }

    static InvalidOperationException Broken(byte[] file, string what) =>
        new($"A file of {file.Length} bytes {what}: {Convert.ToBase64String(file)}");
}
