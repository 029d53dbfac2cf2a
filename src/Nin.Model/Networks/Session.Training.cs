using Nin.Training;

namespace Nin;

/// <summary>The steps of training.</summary>
public sealed partial class Session<TIn, TOut>
{
    /// <inheritdoc/>
    public void ReserveTraining(int batch)
    {
        using var call = Enter();
        using var writing = network.Parameters.Write();
        core.EndResults();
        // With the gradients, which the first step would take.
        network.Parameters.ReserveGradients();
        Reserve(batch, network.Part(inputGradient: false));
    }

    /// <summary>The forward pass of training: dropout, statistics of the batch. <see cref="Loss.CrossEntropy{TShape}"/> takes the result.</summary>
    /// <exception cref="InvalidOperationException">Another thread's call is under way.</exception>
    public Traced<TOut> ForwardTraining(Tensor<TIn> x)
    {
        using var call = Enter();
        core.Check(x.Untyped);
        tape ??= new Tape(stream);
        tape.Reset();
        return Record(tape.Input(x));
    }

    /// <summary>
    /// The forward pass of training as one value on the tape of <paramref name="x"/>: what comes before it gets its gradients, too.
    /// This session's next step ends the way back, as it ends the result.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The tape was reset since, <paramref name="x"/> is this session's own result, or another thread's call is under way.
    /// </exception>
    public Traced<TOut> ForwardTraining(Traced<TIn> x)
    {
        using var call = Enter();
        return Record(x);
    }

    Traced<TOut> Record(Traced<TIn> x)
    {
        using var writing = network.Parameters.Write();
        // Before the forward pass, which already moves running statistics.
        var node = x.Untyped.Tape.NodeOf(x);
        var plan = network.MemoryPlan;
        var input = x.Value;
        var (pass, arena, _, view) = RunForward(input, network.Part(node.NeedsGradient));
        var output = core.Result(view, input.Batch, TOut.Shape);
        bool learns = network.Parameters.Any(p => p.Spec.IsTrainable && p.RequiresGradient);
        return x.Untyped.Tape.Record(x, output, learns, (dy, dx, accumulate) =>
        {
            using var call = Enter();
            using var writing = network.Parameters.Write();
            stream.Reads(dy);
            stream.Reads(input.Untyped.View);
            stream.Writes(output.View);
            stream.Writes(dx);
            network.Parameters.WriteGradientsBy(stream);
            stream.Copy(dy, arena.Slot(plan.OutputGradient, TOut.Shape.Length));
            network.Backpropagate(pass, arena, input.Untyped.View, dx, accumulate);
        }).As<TOut>();
    }

    /// <summary>
    /// A whole training step without a heap allocation on the CPU: forward, mean loss, backward, update. Gradients that were
    /// accumulated before are part of it.
    /// </summary>
    /// <param name="x">The batch.</param>
    /// <param name="labels">One class per example.</param>
    /// <param name="optimizer">Updates the network's parameters.</param>
    /// <param name="loss">The loss to minimise; null for <see cref="CrossEntropyLoss"/>.</param>
    /// <returns>The mean loss before the update.</returns>
    /// <exception cref="ArgumentException">The optimizer updates another network, or a label names no class.</exception>
    /// <exception cref="InvalidOperationException">Another thread's call is under way.</exception>
    public float TrainStep(Tensor<TIn> x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss = null)
    {
        using var call = Enter();
        Queue(x, labels, optimizer, loss);
        return Read();
    }

    /// <inheritdoc/>
    float IFeatureSession.TrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss, FeatureBatch batch)
    {
        using var call = Enter();
        Queue(x.As<TIn>(), labels, optimizer, loss, exchange: null, batch);
        return Read();
    }

    /// <inheritdoc/>
    float IRankSession.TrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss, GradientExchange exchange)
    {
        using var call = Enter();
        Queue(x.As<TIn>(), labels, optimizer, loss, exchange);
        return Read();
    }

    /// <summary>
    /// The same step without its loss: it returns as soon as the work is queued, without waiting. <see cref="ReadLoss"/> waits for
    /// it. The batch is read until then: its next content comes after this step by itself.
    /// </summary>
    /// <inheritdoc cref="TrainStep(Tensor{TIn}, ReadOnlySpan{int}, Optimizer, Loss?)"/>
    public void QueueTrainStep(Tensor<TIn> x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss = null)
    {
        using var call = Enter();
        Queue(x, labels, optimizer, loss);
    }

    /// <summary>A whole training step towards targets that are numbers, without a heap allocation on the CPU.</summary>
    /// <param name="x">The batch.</param>
    /// <param name="targets">What the network should give, of the same batch.</param>
    /// <param name="optimizer">Updates the network's parameters.</param>
    /// <param name="loss">The loss to minimise.</param>
    /// <returns>The mean loss before the update.</returns>
    /// <exception cref="ArgumentException">The optimizer updates another network, or the targets are another batch's or device's.</exception>
    /// <exception cref="InvalidOperationException">Another thread's call is under way.</exception>
    public float TrainStep(Tensor<TIn> x, Tensor<TOut> targets, Optimizer optimizer, TargetLoss loss)
    {
        using var call = Enter();
        ArgumentNullException.ThrowIfNull(loss);
        using var writing = network.Parameters.Write();
        CheckOptimizer(optimizer);
        TargetLoss.Check(targets.Untyped, x.Batch, TOut.Shape, network.Device);
        DeviceView input, wanted = targets.Untyped.View;
        using (stream.BeginPass(new(IsTraining: true, x.Batch)))
        {
            (var pass, var arena, input, var output) = RunForward(x, network.Part(inputGradient: false));
            stream.Reads(wanted);
            var memory = arena.Slot(network.MemoryPlan.Loss, BatchLoss.FloatsPerExample);
            Finish(new BatchLoss(loss, TOut.Shape, pass, output, wanted, memory), pass, arena, input, optimizer);
        }

        input.KeepAlive();
        wanted.KeepAlive();
        GC.KeepAlive(optimizer);
        return Read();
    }

    void Queue(Tensor<TIn> x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss, GradientExchange? exchange = null, FeatureBatch features = default)
    {
        CheckOptimizer(optimizer);
        loss ??= Loss.Default;
        using var writing = network.Parameters.Write();
        BatchLoss.CheckLabels(loss, labels, x.Batch, TOut.Shape.Channels);
        DeviceView input;
        // Ranks order their exchange after parts of the step while it is under way.
        using (exchange is null ? stream.BeginPass(new(IsTraining: true, x.Batch)) : default)
        {
            (var pass, var arena, input, var output) = RunForward(x, network.Part(inputGradient: false), exchange, features);
            var memory = arena.Slot(network.MemoryPlan.Loss, BatchLoss.FloatsPerExample);
            var batch = new BatchLoss(loss, TOut.Shape, pass, output, memory, exchange?.Weight ?? loss.TotalWeight(labels));
            batch.SetLabels(labels);
            Finish(batch, pass, arena, input, optimizer);
        }

        input.KeepAlive();
        GC.KeepAlive(optimizer);
    }

    void CheckOptimizer(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (optimizer.Parameters != network.Parameters)
            throw new ArgumentException("The optimizer updates another network: make one from this network's Parameters.", nameof(optimizer));
    }

    // All arguments are checked before it: it already moves running statistics.
    (Pass Pass, Arena Arena, DeviceView Input, DeviceView Output) RunForward(Tensor<TIn> x, TrainedPart part, GradientExchange? exchange = null, FeatureBatch features = default)
    {
        var input = Begin(x, part);
        var pass = TrainingPass(x.Batch, exchange);
        var arena = Arena.OfTraining(core.Memory, x.Batch, part);
        network.Parameters.WriteBuffersBy(stream);
        if (part.FirstStep > 0) RunFrozen(part, pass, arena, input, features);
        var output = network.Train(pass, arena, input);
        network.TrainingSteps++;
        return (pass, arena, input, output);
    }

    // The frozen steps before the first one that trains, and those of their values that later steps read.
    void RunFrozen(TrainedPart part, in Pass pass, in Arena training, DeviceView input, FeatureBatch batch)
    {
        var features = batch.Features is { } given && given.Fits(part) ? given : null;
        if (features?.Has(batch.Indices) == true)
        {
            features.Load(stream, training, isOfTraining: true, batch.Indices);
            return;
        }

        var frozen = Arena.OfFrozen(core.Memory, pass.Batch, part);
        network.Infer(pass with { IsOfTraining = true }, frozen, input);
        for (int i = 0; i < part.Bridges.Count; i++)
        {
            var bridge = part.Bridges[i];
            stream.Copy(frozen.Slot(bridge.Inference, bridge.Length), training.Slot(bridge.Training, bridge.Length));
        }

        features?.Store(stream, training, isOfTraining: true, batch.Indices);
    }

    void Finish(in BatchLoss batch, in Pass pass, in Arena arena, DeviceView input, Optimizer optimizer)
    {
        batch.Run(arena.Slot(network.MemoryPlan.OutputGradient, TOut.Shape.Length));
        network.Parameters.WriteGradientsBy(stream);
        network.Backpropagate(pass, arena, input);
        (pass.Ranks as GradientExchange)?.Finish(stream);
        optimizer.Step(stream);
        unread = batch;
    }

    /// <summary>Waits for the training step that was queued last: its mean loss before the update. Sets <see cref="LastCorrect"/>.</summary>
    /// <exception cref="InvalidOperationException">This session's last step was not a training step.</exception>
    public float ReadLoss()
    {
        using var call = Enter();
        return Read();
    }

    float Read()
    {
        if (unread is not { } batch)
            throw new InvalidOperationException(
                "There is no loss to read: the session's last step was not a training step, or its loss was read before. Call QueueTrainStep first.");
        (float value, LastCorrect) = batch.Read(host);
        unread = null;
        return value;
    }

    /// <inheritdoc/>
    Traced ISession.ForwardTraining(Traced x) => ForwardTraining(x.As<TIn>());

    /// <inheritdoc/>
    void ISession.QueueTrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss) =>
        QueueTrainStep(x.As<TIn>(), labels, optimizer, loss);

    /// <inheritdoc/>
    float ISession.TrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss) =>
        TrainStep(x.As<TIn>(), labels, optimizer, loss);

    /// <inheritdoc/>
    float ISession.TrainStep(Tensor x, Tensor targets, Optimizer optimizer, TargetLoss loss) =>
        TrainStep(x.As<TIn>(), targets.As<TOut>(), optimizer, loss);

    Pass TrainingPass(int batch, GradientExchange? exchange = null) =>
        new(stream, batch, (ulong)network.Seed, network.TrainingSteps, exchange?.FirstExample ?? 0, exchange);
}
