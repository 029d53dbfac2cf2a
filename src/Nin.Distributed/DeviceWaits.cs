using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Nin.Distributed;

/// <summary>A sum of numbers that a device computes, in the queue of the thread that calls MPI.</summary>
/// <param name="sum">The numbers.</param>
/// <param name="isDirect">Whether MPI is given the device's addresses; else a copy in the host's memory.</param>
sealed class DeviceWork(DeviceSum sum, bool isDirect)
{
    ExceptionDispatchInfo? failure;
    volatile bool isReady;

    public DeviceSum Sum => sum;

    public bool IsDirect => isDirect;

    /// <summary>Whether the device has computed them.</summary>
    public bool IsReady => isReady;

    /// <summary>Waits until it has.</summary>
    public void Await()
    {
        try
        {
            if (isDirect) sum.Wait();
            else sum.ToHost();
        }
        catch (Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
        }

        isReady = true;
    }

    /// <summary>Throws the device's error where it failed to compute them.</summary>
    public void ThrowFailure() => failure?.Throw();
}

/// <summary>The thread that waits for a device, so that the one that calls MPI can go on to tell the others that this rank is alive.</summary>
/// <param name="ready">Called after each.</param>
sealed class DeviceWaits(Action ready) : IDisposable
{
    readonly BlockingCollection<DeviceWork> queue = [];
    Thread? thread;

    /// <summary>Adds work, which is waited for in the order of the calls.</summary>
    public void Queue(DeviceWork work)
    {
        if (thread is null)
        {
            thread = new Thread(Run) { IsBackground = true, Name = "Nin ranks, device" };
            thread.Start();
        }

        queue.Add(work);
    }

    public void Dispose()
    {
        queue.CompleteAdding();
        thread?.Join();
        queue.Dispose();
    }

    void Run()
    {
        foreach (var work in queue.GetConsumingEnumerable())
        {
            work.Await();
            ready();
        }
    }
}
