using System.ComponentModel;
using Nin.Data;
using Nin.Training;

namespace Nin;

/// <summary>
/// What all generated networks share. A network is weights; a session runs it, and the network has one of its own for the members that
/// take none: those run one call at a time and throw at once when a second thread calls, and threads that serve open sessions.
/// </summary>
/// <typeparam name="TIn">Shape of one example that goes in.</typeparam>
/// <typeparam name="TOut">Shape of one example that comes out.</typeparam>
public abstract class Network<TIn, TOut> : INetwork<TIn, TOut>
    where TIn : struct, IShape
    where TOut : struct, IShape
{
    readonly Session<TIn, TOut> session;
    readonly Lazy<InferenceParts?> parts;
    volatile TrainedPart? part;
    bool disposed;

    /// <summary>Takes memory for the parameters.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="seed">Keys the initial weights and dropout.</param>
    /// <param name="architecture">Layers, shapes and parameters.</param>
    /// <param name="plan">The memory of a session.</param>
    /// <param name="initialize">False leaves all parameters zero, for weights that are read next.</param>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    protected Network(Device device, int seed, Architecture architecture, MemoryPlan plan, bool initialize)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(plan);
        Device = device;
        Seed = seed;
        Architecture = architecture;
        MemoryPlan = plan;
        Parameters = new ParameterSet(device, [.. architecture.Parameters]);
        if (initialize) Initialization.Apply(Parameters, architecture.Init, seed);
        // The steps, whose parameters it counts, exist when a derived class has made them.
        parts = new(() => InferenceParts.Of(device, TIn.Shape.Length, plan.Steps, [.. StepParameters().Select(step => step.Sum(p => p.Length))]));
        session = new Session<TIn, TOut>(this);
    }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    Architecture INetwork.Architecture => Architecture;

    /// <inheritdoc/>
    public ParameterSet Parameters { get; }

    /// <inheritdoc/>
    public int Seed { get; }

    /// <inheritdoc/>
    public int TrainingSteps { get; set; }

    internal MemoryPlan MemoryPlan { get; }

    internal string Name => Architecture.Name;

    InferenceParts? Parts => parts.Value;

    Architecture Architecture { get; }

    /// <inheritdoc/>
    public TensorBuffer<TIn> CreateInput(int batch) => new(Device, batch);

    /// <inheritdoc/>
    public Session<TIn, TOut> CreateSession(int maxBatch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatch, 1);
        CheckAlive();
        return new Session<TIn, TOut>(this, maxBatch);
    }

    /// <inheritdoc/>
    ISession INetwork.CreateSession(int maxBatch) => CreateSession(maxBatch);

    /// <inheritdoc/>
    public Tensor<TOut> Forward(Tensor<TIn> x) => session.Forward(x);

    /// <inheritdoc/>
    public Traced<TOut> ForwardTraining(Tensor<TIn> x) => session.ForwardTraining(x);

    /// <inheritdoc/>
    public Traced<TOut> ForwardTraining(Traced<TIn> x) => session.ForwardTraining(x);

    /// <inheritdoc/>
    public float TrainStep(Tensor<TIn> x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss = null) =>
        session.TrainStep(x, labels, optimizer, loss);

    /// <inheritdoc/>
    public float TrainStep(Tensor<TIn> x, Tensor<TOut> targets, Optimizer optimizer, TargetLoss loss) =>
        session.TrainStep(x, targets, optimizer, loss);

    /// <summary>Writes the weights as a safetensors file, which is replaced as a whole or not at all.</summary>
    /// <exception cref="IOException">The file could not be written: the message has path, bytes and reason.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(string path) => Checkpoint.Save(this, path);

    /// <summary>Writes the weights and, in the file's metadata, how pictures are prepared for them and what the classes are called.</summary>
    /// <exception cref="ArgumentException">The preprocessing is for another input, or has other classes than the network's output.</exception>
    /// <exception cref="IOException">The file could not be written: the message has path, bytes and reason.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(string path, Preprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        if (preprocessing.FindMismatch(Architecture) is { } mismatch) throw new ArgumentException(mismatch, nameof(preprocessing));
        Checkpoint.Save(this, path, preprocessing.ToMetadata());
    }

    /// <summary>Frees the parameters and disposes the default session.</summary>
    public void Dispose()
    {
        disposed = true;
        session.Dispose();
        Parameters.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <exception cref="ObjectDisposedException">The weights are freed.</exception>
    internal void CheckAlive()
    {
        if (!disposed) return;
        throw new ObjectDisposedException(
            Architecture.Name,
            $"The network {Architecture.Name} was disposed, and its weights freed: keep it as long as its sessions run, or load it again.");
    }

    /// <inheritdoc/>
    public long BytesToTrain(int batch) =>
        sizeof(float) * (2 * Parameters.ValuesLength + Parameters.BuffersLength + LengthToTrain(Part(inputGradient: false), batch));

    /// <summary>Elements of a session that trains and infers.</summary>
    internal long LengthToTrain(TrainedPart part, int batch) =>
        Math.Max(part.FixedLength + part.PerExample * MemoryPlan.Checked(batch), LengthToInfer(batch));

    /// <summary>Elements of a session that infers.</summary>
    internal long LengthToInfer(int batch) => Parts?.Length(MemoryPlan.Checked(batch)) ?? MemoryPlan.InferenceLength(batch);

    /// <summary>What a training pass does now.</summary>
    internal TrainedPart Part(bool inputGradient)
    {
        if (part is { } found && found.Freezing == Parameters.FreezingVersion && found.HasInputGradient == inputGradient) return found;
        return part = new TrainedPart(MemoryPlan, StepParameters(), Parameters.FreezingVersion, inputGradient);
    }

    /// <summary>Runs a batch for inference and returns where the output is.</summary>
    internal DeviceView Infer(DeviceStream stream, int batch, DeviceView memory, DeviceView input) =>
        InferenceParts.Infer(Parts, new Inference(this), stream, batch, memory, input);

    /// <summary>Runs the steps of an arena as in inference.</summary>
    internal DeviceView Infer(in Pass pass, in Arena arena, DeviceView input) => RunInference(pass, arena, input);

    internal DeviceView Train(in Pass pass, in Arena arena, DeviceView input) => RunForward(pass, arena, input);

    internal void Backpropagate(
        in Pass pass, in Arena arena, DeviceView input, DeviceView inputGradient = default, bool accumulate = false) =>
        RunBackward(pass, arena, input, inputGradient, accumulate);

    /// <summary>The parameters of each step of the memory plan.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected abstract IReadOnlyList<Parameter>[] StepParameters();

    /// <summary>Runs the layers for inference and returns where the output is.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected abstract DeviceView RunInference(in Pass pass, in Arena arena, DeviceView input);

    /// <summary>Runs the layers for training and returns where the output is.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected abstract DeviceView RunForward(in Pass pass, in Arena arena, DeviceView input);

    /// <summary>Goes back through the layers from the gradient of the output, which is in its slot of the plan.</summary>
    /// <param name="pass">The same as of the forward pass.</param>
    /// <param name="arena">The memory of the forward pass.</param>
    /// <param name="input">The batch; it is kept.</param>
    /// <param name="inputGradient">Gradient of the batch; none where it is not needed.</param>
    /// <param name="accumulate">Adds to the content of <paramref name="inputGradient"/>.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected abstract void RunBackward(in Pass pass, in Arena arena, DeviceView input, DeviceView inputGradient, bool accumulate);

    readonly struct Inference(Network<TIn, TOut> network) : IInference
    {
        public DeviceView Infer(in Pass pass, in Arena arena, DeviceView input) => network.RunInference(pass, arena, input);
    }
}
