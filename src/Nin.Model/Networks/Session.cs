using System.Numerics;

namespace Nin;

/// <summary>
/// Runs a network in memory of its own, which was planned when the network was compiled and is sized for the largest batch met. Sessions of one
/// network share its weights; each serves one thread at a time. A result is a handle into the session's memory and dies at its next step.
/// </summary>
/// <remarks>
/// A call while another thread's call is under way throws <see cref="InvalidOperationException"/> at once. Sessions of one network infer at the
/// same time; a call that trains has the weights for itself, and so has a checkpoint that is loaded: calls that have begun finish on the weights
/// from before, and later ones wait. <see cref="Dispose"/> waits for the call that is under way.
/// </remarks>
/// <typeparam name="TIn">Shape of one example that goes in.</typeparam>
/// <typeparam name="TOut">Shape of one example that comes out.</typeparam>
public sealed partial class Session<TIn, TOut> : ISession, Training.IRankSession
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    readonly Network<TIn, TOut> network;
    readonly DeviceStream stream;
    readonly CallGuard guard;
    readonly Lifetime lifetime = new("it lived until its session's next step. Copy it out before, or open another session with CreateSession.");
    DeviceBuffer? memory;
    Tape? tape;
    BatchLoss? unread;
    float[] host = [];

    internal Session(Network<TIn, TOut> network, int maxBatch = 0)
    {
        this.network = network;
        guard = new CallGuard(network.Name);
        stream = network.Device.CreateOwnStream();
        if (maxBatch > 0) Reserve(maxBatch);
    }

    /// <inheritdoc/>
    public int MaxBatch { get; private set; }

    /// <inheritdoc/>
    public long PlanBytes => (memory?.Length ?? 0) * sizeof(float);

    /// <inheritdoc/>
    public long WorkspaceBytes => stream.ScratchBytes;

    /// <inheritdoc/>
    public int LastCorrect { get; private set; }

    /// <summary>Inference: no dropout, running statistics. The result dies at this session's next step.</summary>
    /// <exception cref="InvalidOperationException">Another thread's call is under way, or the batch's memory was used again.</exception>
    public Tensor<TOut> Forward(Tensor<TIn> x)
    {
        using var call = Enter();
        using var reading = network.Parameters.Read();
        var input = Begin(x);
        var pass = new Pass(stream, x.Batch);
        var output = network.Infer(pass, Arena.OfInference(memory!.View, x.Batch), input);
        x.Untyped.CheckUnchanged();
        return new Tensor(output, x.Batch, TOut.Shape, lifetime).As<TOut>();
    }

    /// <inheritdoc/>
    Tensor ISession.Forward(Tensor x) => Forward(x.As<TIn>());

    /// <summary>Gives the memory back, once the call that is under way is over.</summary>
    /// <exception cref="InvalidOperationException">It is called from inside a call.</exception>
    public void Dispose()
    {
        guard.Close();
        lifetime.End();
        tape?.Dispose();
        memory?.Dispose();
        memory = null;
        stream.Dispose();
    }

    CallGuard.Call Enter()
    {
        // A network that is disposed has disposed its own session: its message is the one that helps.
        network.CheckAlive();
        return guard.Enter();
    }

    DeviceView Begin(Tensor<TIn> x, TrainedPart? part = null)
    {
        Check(x);
        // Ended first, so that this session's own result is not an input: the step would write over it while it reads it.
        lifetime.End();
        unread = null;
        var input = x.Untyped.View;
        Reserve(x.Batch, part);
        stream.Reads(input);
        stream.Writes(memory!.View);
        network.Parameters.ReadBy(stream);
        return input;
    }

    void Check(Tensor<TIn> x)
    {
        network.CheckAlive();
        if (x.Untyped.Device != network.Device)
        {
            throw new ArgumentException(
                $"The batch is on one device ({x.Untyped.Device.Id}), the network on another ({network.Device.Id}): CreateInput gives memory on the network's.",
                nameof(x));
        }
    }

    long LengthOf(int batch, TrainedPart? part) => part is null ? network.MemoryPlan.InferenceLength(batch) : network.LengthToTrain(part, batch);

    // For inference, or for training where it is said what trains.
    void Reserve(int batch, TrainedPart? part = null)
    {
        long length = LengthOf(batch, part);
        if (memory is null || memory.Length < length)
        {
            stream.Synchronize();
            memory?.Dispose();
            memory = null;
            MaxBatch = 0;
            try
            {
                memory = network.Device.Allocate(length);
            }
            catch (InsufficientMemoryException exception)
            {
                throw new InsufficientMemoryException(Explain(batch, part), exception);
            }
        }

        MaxBatch = Math.Max(MaxBatch, batch);
        if (host.Length < 2L * MaxBatch) host = new float[2L * MaxBatch];
    }

    string Explain(int batch, TrainedPart? part)
    {
        long available = network.Device.AvailableBytes / sizeof(float), fits = 0;
        for (int step = 1 << BitOperations.Log2((uint)batch); step > 0; step /= 2)
        {
            if (fits + step < batch && LengthOf((int)(fits + step), part) <= available) fits += step;
        }

        return
            $"{(part is null ? "Inference" : "Training")} of {network.Name} with a batch of {batch:N0} takes {LengthOf(batch, part) * sizeof(float):N0} bytes for its activations, " +
            $"and {network.Device.Id} has {available * sizeof(float):N0} of {network.Device.MemoryBytes:N0} left: " +
            (fits > 0 ? $"a batch of {fits:N0} fits by itself; take less than that, for workspace comes on top." : "not even one example fits.");
    }
}
