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
    readonly SessionCore core;
    readonly DeviceView[] branches;

    internal StepSession(StepNetwork network, int maxBatch)
    {
        this.network = network;
        core = new SessionCore(network.Name, network.Parameters, network.Input, (batch, _) => network.Length(batch));
        branches = new DeviceView[network.MostInputs];
        core.Reserve(maxBatch);
    }

    /// <summary>The largest batch that its memory holds now; a larger one makes it grow.</summary>
    public int MaxBatch => core.MaxBatch;

    /// <summary>Bytes of activations.</summary>
    public long PlanBytes => core.PlanBytes;

    /// <summary>Inference. The result dies at this session's next call.</summary>
    /// <param name="x">A batch in the shape of the network's input, on its device.</param>
    /// <exception cref="ArgumentException">The batch has another shape, or is on another device.</exception>
    /// <exception cref="InvalidOperationException">Another thread's call is under way, or the batch's memory was used again.</exception>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory for the batch.</exception>
    public Tensor Forward(Tensor x)
    {
        network.CheckAlive();
        using var call = core.Enter();
        using var reading = network.Parameters.Read();
        core.Check(x);
        DeviceView input, output;
        using (core.Stream.BeginPass(new(IsTraining: false, x.Batch)))
        {
            input = core.Begin(x);
            output = network.Infer(core.Stream, x.Batch, core.Memory, input, branches);
        }

        input.KeepAlive();
        x.CheckUnchanged();
        return core.Result(output, x.Batch, network.Output);
    }

    /// <summary>Frees the memory, once the call that is under way is over.</summary>
    /// <exception cref="InvalidOperationException">It is called from inside a call.</exception>
    public void Dispose()
    {
        core.Close();
        core.Dispose();
    }
}
