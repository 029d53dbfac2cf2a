using System.Runtime.InteropServices;
using System.Text.Json;
using Nin.PtxSimulator;
using Nin.PtxSimulator.Execution;

namespace Nin.SimulatedCuda;

/// <summary>What this driver has beside CUDA's functions: faults are forgotten, launches counted, addresses known.</summary>
static unsafe class Counting
{
    static Driver Driver => Driver.Instance;

    /// <summary>Forgets a fault, so that a test that causes one leaves the next test a working device.</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninRecover")]
    static int Recover()
    {
        lock (Driver.Gate) Driver.Recover();
        return 0;
    }

    /// <summary>
    /// Limits how many blocks of each launch run; 0 for all. Before anything is allocated: from now on memory counts as written, because what
    /// the other blocks would have written is missing.
    /// </summary>
    [UnmanagedCallersOnly(EntryPoint = "ninSample")]
    static int Sample(int blocks)
    {
        if (blocks is < 0 or > SimulatedDevice.MostSamples) return (int)Code.InvalidValue;
        lock (Driver.Gate)
        {
            Driver.Device.SampledBlocks = blocks;
            Driver.Device.Memory.CountsAsWritten = blocks > 0;
            return 0;
        }
    }

    /// <summary>Lets memory that is allocated from now on count as written: another library writes into it by its address, as MPI does.</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninAllowForeignWrites")]
    static int AllowForeignWrites()
    {
        lock (Driver.Gate) Driver.Device.Memory.CountsAsWritten = true;
        return 0;
    }

    /// <summary>1 where an address is in an allocation of the device, else 0.</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninHolds")]
    static int Holds(byte* address)
    {
        lock (Driver.Gate) return Driver.Device.Memory.Find(address) is null ? 0 : 1;
    }

    /// <summary>Lets launches return at once, and run nothing, or ends it: what remains of their time is the host's.</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninSkip")]
    static int Skip(int skips)
    {
        lock (Driver.Gate)
        {
            Driver.RunAll();
            Driver.SkipsLaunches = skips != 0;
            return 0;
        }
    }

    /// <summary>How often launches were asked for one by one (0), and graphs (1), ever; and how many graphs, executable ones too, exist (2).</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninCalls")]
    static long Calls(int which)
    {
        lock (Driver.Gate) return which switch { 0 => Driver.SingleLaunches, 1 => Driver.GraphLaunches, _ => Driver.Graphs };
    }

    /// <summary>Lets so many more calls of graphs' functions succeed, and all others fail; below 0 none fails.</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninLimitGraphCalls")]
    static int LimitGraphCalls(int calls)
    {
        lock (Driver.Gate) Driver.GraphCallsLeft = calls;
        return 0;
    }

    /// <summary>Begins to count launches that run from now on, or ends it.</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninCount")]
    static int Count(int counts)
    {
        lock (Driver.Gate)
        {
            if (counts != 0) Driver.Device.Forget();
            Driver.Device.Counts = counts != 0;
            return 0;
        }
    }

    /// <summary>How many launches were counted.</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninCounted")]
    static int Counted()
    {
        lock (Driver.Gate) return Driver.Device.Counted.Count;
    }

    /// <summary>A launch's counters as JSON, cut off at the buffer's size; the result is the whole length in bytes.</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninLaunch")]
    static int Launch(int index, byte* buffer, int bytes)
    {
        lock (Driver.Gate) return Give(Json(Driver.Device.Counted[index]), buffer, bytes);
    }

    /// <summary>The text of a launch's module, in the same way.</summary>
    [UnmanagedCallersOnly(EntryPoint = "ninLaunchText")]
    static int LaunchText(int index, byte* buffer, int bytes)
    {
        lock (Driver.Gate) return Give(System.Text.Encoding.UTF8.GetBytes(Driver.Device.Counted[index].Program.Text), buffer, bytes);
    }

    static int Give(byte[] text, byte* buffer, int bytes)
    {
        text.AsSpan(0, Math.Min(text.Length, bytes)).CopyTo(new Span<byte>(buffer, bytes));
        return text.Length;
    }

    static byte[] Json(LaunchCounters launch)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("kernel", launch.Program.Name);
            json.WriteNumber("program", launch.Program.Number);
            json.WriteNumber("blocks", launch.Blocks);
            json.WriteNumber("sampledBlocks", launch.SampledBlocks);
            json.WriteNumber("threadsPerBlock", launch.ThreadsPerBlock);
            json.WriteNumber("sharedBytes", launch.SharedBytes);
            json.WriteNumber("globalRequests", launch.GlobalRequests);
            json.WriteNumber("globalSectors", launch.GlobalSectors);
            json.WriteNumber("asyncSectors", launch.AsyncSectors);
            json.WriteNumber("leastGlobalSectors", launch.LeastGlobalSectors);
            json.WriteNumber("sharedRequests", launch.SharedRequests);
            json.WriteNumber("sharedPasses", launch.SharedPasses);
            json.WriteNumber("leastSharedPasses", launch.LeastSharedPasses);
            json.WriteNumber("bytesRead", launch.BytesRead);
            json.WriteNumber("bytesWritten", launch.BytesWritten);
            Classes("warps", launch.Warps);
            Classes("threads", launch.Threads);
            json.WriteStartObject("warpsByLine");
            foreach (var (line, warps) in launch.WarpsByLine) json.WriteNumber(line.ToString(System.Globalization.CultureInfo.InvariantCulture), warps);
            json.WriteEndObject();
            json.WriteEndObject();

            void Classes(string name, Func<InstructionClass, double> count)
            {
                json.WriteStartObject(name);
                foreach (var kind in Enum.GetValues<InstructionClass>()) json.WriteNumber(kind.ToString(), count(kind));
                json.WriteEndObject();
            }
        }

        return stream.ToArray();
    }
}
