using Nin.Training;

namespace Nin;

/// <summary>
/// Runs a network in memory of its own, which was planned when the network was compiled and is sized for the largest batch met. Sessions of one
/// network share its weights; each serves one thread at a time. A result is a handle into the session's memory and dies at its next step.
/// </summary>
/// <typeparam name="TIn">Shape of one example that goes in.</typeparam>
/// <typeparam name="TOut">Shape of one example that comes out.</typeparam>
public sealed class Session<TIn, TOut> : ISession
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    readonly Network<TIn, TOut> network;
    readonly DeviceStream stream;
    readonly Lifetime lifetime = new("it lived until its session's next step. Copy it out before, or open another session.");
    DeviceBuffer? memory;
    Tape? tape;
    float[] host = [];
    bool disposed;

    internal Session(Network<TIn, TOut> network, int maxBatch = 0)
    {
        this.network = network;
        stream = network.Device.CreateStream();
        if (maxBatch > 0) Reserve(network.MemoryPlan.InferenceLength(maxBatch), maxBatch);
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
    public Tensor<TOut> Forward(Tensor<TIn> x)
    {
        var input = Begin(x, network.MemoryPlan.InferenceLength(x.Batch));
        var pass = new Pass(stream, x.Batch);
        var output = network.Infer(pass, ArenaOf(x.Batch, fixedLength: 0), input);
        return new Tensor(output, x.Batch, TOut.Shape, lifetime).As<TOut>();
    }

    /// <summary>The forward pass of training: dropout, statistics of the batch. <c>Loss.CrossEntropy(...)</c> takes the result.</summary>
    public Traced<TOut> ForwardTraining(Tensor<TIn> x)
    {
        Check(x);
        tape ??= new Tape(network.Device);
        tape.Reset();
        return ForwardTraining(tape.Input(x));
    }

    /// <summary>
    /// The forward pass of training as one value on the tape of <paramref name="x"/>: what stands before it there gets its gradients, too.
    /// This session's next step ends the way back, as it ends the result.
    /// </summary>
    /// <exception cref="InvalidOperationException">The tape was reset since, or <paramref name="x"/> is this session's own result.</exception>
    public Traced<TOut> ForwardTraining(Traced<TIn> x)
    {
        // Before the forward pass, which already moves running statistics.
        _ = x.Untyped.Tape.NodeOf(x);
        var plan = network.MemoryPlan;
        var input = x.Value;
        var view = Begin(input, plan.Length(input.Batch));
        var pass = TrainingPass(input.Batch);
        var arena = ArenaOf(input.Batch, plan.TrainingFixed);
        var output = new Tensor(network.Train(pass, arena, view), input.Batch, TOut.Shape, lifetime);
        network.TrainingSteps++;
        bool learns = network.Parameters.Any(p => p.Spec.IsTrainable && p.RequiresGradient);
        return x.Untyped.Tape.Record(x, output, learns, (dy, dx, accumulate) =>
        {
            _ = output.View;
            stream.Copy(dy, arena.Slot(plan.OutputGradient, TOut.Shape.Length));
            network.Backpropagate(pass, arena, input.Untyped.View, dx, accumulate);
        }).As<TOut>();
    }

    /// <summary>
    /// A whole training step without a heap allocation on the CPU: forward, mean cross entropy, backward, update. Gradients that were
    /// accumulated before are part of it.
    /// </summary>
    /// <param name="x">The batch.</param>
    /// <param name="labels">One class an example.</param>
    /// <param name="optimizer">Updates the network's parameters.</param>
    /// <returns>The mean loss before the update.</returns>
    /// <exception cref="ArgumentException">The optimizer updates another network, or a label names no class.</exception>
    public float TrainStep(Tensor<TIn> x, ReadOnlySpan<int> labels, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (optimizer.Parameters != network.Parameters)
            throw new ArgumentException("The optimizer updates another network: make one from this network's Parameters.", nameof(optimizer));
        var plan = network.MemoryPlan;
        var input = Begin(x, plan.Length(x.Batch));
        // Before the forward pass, which already moves running statistics.
        CrossEntropy.CheckLabels(labels, x.Batch, TOut.Shape.Channels);
        var pass = TrainingPass(x.Batch);
        var arena = ArenaOf(x.Batch, plan.TrainingFixed);
        var output = network.Train(pass, arena, input);
        network.TrainingSteps++;
        var loss = new CrossEntropy(TOut.Shape, x.Batch, output, arena.Slot(plan.Loss, CrossEntropy.FloatsPerExample));
        loss.SetLabels(labels);
        loss.Run(stream, arena.Slot(plan.OutputGradient, TOut.Shape.Length));
        network.Backpropagate(pass, arena, input);
        optimizer.Step(stream);
        (float value, LastCorrect) = loss.Read(host);
        return value;
    }

    /// <inheritdoc/>
    Tensor ISession.Forward(Tensor x) => Forward(x.As<TIn>());

    /// <inheritdoc/>
    float ISession.TrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer) => TrainStep(x.As<TIn>(), labels, optimizer);

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        disposed = true;
        lifetime.End();
        tape?.Dispose();
        memory?.Dispose();
        memory = null;
        stream.Dispose();
    }

    DeviceView Begin(Tensor<TIn> x, long length)
    {
        Check(x);
        // Ended first, so that this session's own result is no input: the step would write over it while it reads it.
        lifetime.End();
        var input = x.Untyped.View;
        Reserve(length, x.Batch);
        return input;
    }

    void Check(Tensor<TIn> x)
    {
        network.CheckAlive();
        if (disposed) throw new ObjectDisposedException(nameof(Session<,>), "This session was disposed: open another one with the network's CreateSession.");
        if (x.Untyped.Device != network.Device)
        {
            throw new ArgumentException(
                $"The batch is on one device ({x.Untyped.Device.Id}), the network on another ({network.Device.Id}): CreateInput gives memory on the network's.",
                nameof(x));
        }
    }

    void Reserve(long length, int batch)
    {
        MaxBatch = Math.Max(MaxBatch, batch);
        if (host.Length < 2 * MaxBatch) host = new float[2 * MaxBatch];
        if (memory is not null && memory.Length >= length) return;
        stream.Synchronize();
        memory?.Dispose();
        memory = null;
        memory = network.Device.Allocate(length);
    }

    Pass TrainingPass(int batch) => new(stream, batch, (ulong)network.Seed, network.TrainingSteps);

    Arena ArenaOf(int batch, long fixedLength) => new(memory!.View, fixedLength, batch);
}
