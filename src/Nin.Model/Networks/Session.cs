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
public sealed partial class Session<TIn, TOut> : ISession, IFeatureSession, Training.IRankSession
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    readonly Network<TIn, TOut> network;
    readonly SessionCore core;
    readonly DeviceStream stream;
    Tape? tape;
    BatchLoss? unread;
    float[] host = [];

    internal Session(Network<TIn, TOut> network, int maxBatch = 0)
    {
        this.network = network;
        core = new SessionCore(
            network.Name, network.Parameters, TIn.Shape,
            (batch, part) => part is null ? network.LengthToInfer(batch) : network.LengthToTrain(part, batch));
        stream = core.Stream;
        if (maxBatch > 0) Reserve(maxBatch);
    }

    /// <inheritdoc/>
    public int MaxBatch => core.MaxBatch;

    /// <inheritdoc/>
    public long PlanBytes => core.PlanBytes;

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
        return Infer(x).As<TOut>();
    }

    Tensor Infer(Tensor<TIn> x)
    {
        DeviceView input, output;
        using (stream.BeginPass(new(IsTraining: false, x.Batch)))
        {
            input = Begin(x);
            output = network.Infer(stream, x.Batch, core.Memory, input);
        }

        input.KeepAlive();
        x.Untyped.CheckUnchanged();
        return core.Result(output, x.Batch, TOut.Shape);
    }

    /// <inheritdoc/>
    Tensor ISession.Forward(Tensor x) => Forward(x.As<TIn>());

    /// <inheritdoc/>
    Tensor IFeatureSession.Forward(Tensor x, FeatureBatch batch)
    {
        using var call = Enter();
        using var reading = network.Parameters.Read();
        var part = network.Part(inputGradient: false);
        if (batch.Features is not { } features || !features.Fits(part)) return Infer(x.As<TIn>());

        var input = Begin(x.As<TIn>(), part);
        var pass = new Pass(stream, x.Batch);
        if (features.Has(batch.Indices))
        {
            features.Load(stream, Arena.OfInference(core.Memory, x.Batch), isOfTraining: false, batch.Indices);
        }
        else
        {
            network.Infer(pass, Arena.OfSteps(core.Memory, x.Batch, 0, part.FirstStep), input);
            features.Store(stream, Arena.OfInference(core.Memory, x.Batch), isOfTraining: false, batch.Indices);
        }

        var output = network.Infer(pass, Arena.OfSteps(core.Memory, x.Batch, part.FirstStep, int.MaxValue), input);
        x.CheckUnchanged();
        return core.Result(output, x.Batch, TOut.Shape);
    }

    /// <summary>Frees the memory, once the call that is under way is over.</summary>
    /// <exception cref="InvalidOperationException">It is called from inside a call.</exception>
    public void Dispose()
    {
        core.Close();
        tape?.Dispose();
        core.Dispose();
    }

    CallGuard.Call Enter()
    {
        // A network that is disposed has disposed its own session: its message is the one that helps.
        network.CheckAlive();
        return core.Enter();
    }

    DeviceView Begin(Tensor<TIn> x, TrainedPart? part = null)
    {
        core.Check(x.Untyped);
        unread = null;
        var input = core.Begin(x.Untyped, part);
        ReserveHost();
        return input;
    }

    // For inference, or for training where it is said what trains.
    void Reserve(int batch, TrainedPart? part = null)
    {
        core.Reserve(batch, part);
        ReserveHost();
    }

    // Losses and hits come back to it.
    void ReserveHost()
    {
        if (host.Length < 2L * MaxBatch) host = new float[2L * MaxBatch];
    }
}
