namespace Nin;

/// <summary>
/// Runs a <see cref="StepNetwork"/> in memory of its own. Sessions of one network share its weights; each serves one thread at a time. A result is a handle
/// into the session's memory and dies at its next call.
/// </summary>
/// <remarks>
/// A call while another thread's call is under way throws <see cref="InvalidOperationException"/> at once. <see cref="Dispose"/> waits for the call
/// that is under way.
/// </remarks>
public sealed class StepSession : IDisposable
{
    readonly StepNetwork network;
    readonly DeviceStream stream;
    readonly CallGuard guard;
    readonly Lifetime lifetime = new("it lived until its session's next call. Copy it out before, or open another session with CreateSession.");
    readonly DeviceView[] branches;
    DeviceBuffer? memory;

    internal StepSession(StepNetwork network, int maxBatch)
    {
        this.network = network;
        guard = new CallGuard(network.Name);
        stream = network.Device.CreateOwnStream();
        branches = new DeviceView[network.MostInputs];
        Reserve(maxBatch);
    }

    /// <summary>The largest batch that its memory holds now; a larger one makes it grow.</summary>
    public int MaxBatch { get; private set; }

    /// <summary>Bytes of activations.</summary>
    public long PlanBytes => (memory?.Length ?? 0) * sizeof(float);

    /// <summary>Inference. The result dies at this session's next call.</summary>
    /// <param name="x">A batch in the shape of the network's input, on its device.</param>
    /// <exception cref="ArgumentException">The batch has another shape, or is on another device.</exception>
    /// <exception cref="InvalidOperationException">Another thread's call is under way, or the batch's memory was used again.</exception>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory for the batch.</exception>
    public Tensor Forward(Tensor x)
    {
        network.CheckAlive();
        using var call = guard.Enter();
        using var reading = network.Parameters.Read();
        if (x.Shape != network.Input) throw new ArgumentException($"{network.Name} takes {network.Input}, not {x.Shape}.", nameof(x));
        if (x.Device != network.Device)
            throw new ArgumentException($"The batch is on one device ({x.Device.Id}), the network on another ({network.Device.Id}): put it on the network's.", nameof(x));

        // Ended first, so that this session's own result is not an input: the steps would write over it while they read it.
        lifetime.End();
        var input = x.View;
        Reserve(x.Batch);
        stream.Reads(input);
        stream.Writes(memory!.View);
        network.Parameters.ReadBy(stream);
        var output = network.Infer(new Pass(stream, x.Batch), Arena.OfInference(memory.View, x.Batch), input, branches);
        x.CheckUnchanged();
        return new Tensor(output, x.Batch, network.Output, lifetime);
    }

    /// <summary>Gives the memory back, once the call that is under way is over.</summary>
    /// <exception cref="InvalidOperationException">It is called from inside a call.</exception>
    public void Dispose()
    {
        guard.Close();
        lifetime.End();
        memory?.Dispose();
        memory = null;
        stream.Dispose();
    }

    void Reserve(int batch)
    {
        if (batch <= MaxBatch) return;
        stream.Synchronize();
        memory?.Dispose();
        memory = null;
        MaxBatch = 0;
        memory = network.Device.Allocate(network.Length(batch));
        MaxBatch = batch;
    }
}
