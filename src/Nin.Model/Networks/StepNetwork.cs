using Nin.Generators.Layers;
using Nin.Generators.Planning;

namespace Nin;

/// <summary>
/// A network whose steps are known only at run time, for inference: what a generated class is for one that is declared. Layers run fused and in memory that
/// is planned once, by the rules of the generator, so the same steps give the same bits. A <see cref="Tape"/> trains steps of run-time shapes.
/// </summary>
/// <remarks>
/// Any thread may call <see cref="Run(ReadOnlySpan{float}, Layout)"/> at any time: each call has a session of its own, of which as many are kept as calls came at once. Threads that keep
/// tensors on the device open sessions with <see cref="CreateSession"/>. Disposal does not wait: dispose it after the last call.
/// </remarks>
public sealed class StepNetwork : IDisposable
{
    readonly ComputingStep[] steps;
    readonly PlannedValue[] values;
    readonly long perExample;
    readonly InferenceParts? parts;
    readonly Lock gate = new();
    readonly Stack<Worker> idle = new();
    bool disposed;

    internal StepNetwork(string name, ParameterSet parameters, Shape input, IReadOnlyList<object> computing, StepGraph graph, Shape output)
    {
        (Name, Parameters, Input, Output) = (name, parameters, input, output);
        var plan = new InferencePlan(graph);
        perExample = Math.Max(1, plan.PerExample);
        steps = [.. graph.Steps.Select((node, i) => new ComputingStep(computing[i], [.. node.Inputs], plan.Values.Aliases(i)))];
        values = [.. graph.Steps.Select((node, i) => new PlannedValue(plan.Values[i]?.Offset ?? -1, node.Length))];
        parts = InferenceParts.Of(
            Device, input.Length, [.. values.Select((v, i) => new PlannedStep(Training: -1, v.Offset, v.Length, steps[i].Inputs))], [.. computing.Select(Weights)]);
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>Where it runs.</summary>
    public Device Device => Parameters.Device;

    /// <summary>Its parameters and buffers, which it frees when it is disposed.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Shape of one example that goes in.</summary>
    public Shape Input { get; }

    /// <summary>Shape of one example that comes out.</summary>
    public Shape Output { get; }

    /// <summary>Opens a session for batches of up to <paramref name="maxBatch"/> examples; one per thread that serves.</summary>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public StepSession CreateSession(int maxBatch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatch, 1);
        CheckAlive();
        return new StepSession(this, maxBatch);
    }

    /// <summary>
    /// Infers in host memory, on any thread, in one batch. It allocates nothing once as many calls of as large batches have run at the same time before.
    /// </summary>
    /// <param name="x">Examples one after the other, in <paramref name="layout"/>.</param>
    /// <param name="layout">The order of both.</param>
    /// <param name="y">Overwritten: as many examples.</param>
    /// <exception cref="ArgumentException">A length is not that of a number of examples, or they differ in their number.</exception>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    public void Run(ReadOnlySpan<float> x, Layout layout, Span<float> y)
    {
        int batch = Batch(x.Length);
        if (y.Length != batch * Output.Length)
            throw new ArgumentException($"{batch} examples of {Output} are {batch * Output.Length} elements, and there is room for {y.Length}.", nameof(y));
        var worker = Rent(batch);
        try
        {
            worker.Run(x, batch, layout, y);
        }
        finally
        {
            Return(worker);
        }
    }

    /// <summary>The same into a new array, the only one that the call makes.</summary>
    /// <inheritdoc cref="Run(ReadOnlySpan{float}, Layout, Span{float})"/>
    public float[] Run(ReadOnlySpan<float> x, Layout layout)
    {
        float[] y = new float[Batch(x.Length) * Output.Length];
        Run(x, layout, y);
        return y;
    }

    /// <summary>Frees the parameters and disposes the sessions of <see cref="Run(ReadOnlySpan{float}, Layout, Span{float})"/>.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            while (idle.TryPop(out var worker)) worker.Dispose();
        }

        Parameters.Dispose();
    }

    /// <exception cref="ObjectDisposedException">The weights are freed.</exception>
    internal void CheckAlive()
    {
        if (disposed) throw new ObjectDisposedException(Name, $"The network {Name} was disposed, and its weights freed: keep it as long as its sessions run, or load it again.");
    }

    internal long Length(int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return parts?.Length(batch) ?? perExample * batch;
    }

    /// <summary>Runs the steps and returns where the output is.</summary>
    /// <param name="stream">Where they are queued.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="memory">The session's memory.</param>
    /// <param name="input">The batch's memory.</param>
    /// <param name="branches">Room for the inputs of the step with the most.</param>
    internal DeviceView Infer(DeviceStream stream, int batch, DeviceView memory, DeviceView input, DeviceView[] branches) =>
        InferenceParts.Infer(parts, new Inference(this, branches), stream, batch, memory, input);

    DeviceView Infer(in Pass pass, in Arena arena, DeviceView input, Span<DeviceView> branches)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            var (step, inputs, aliases) = steps[i];
            if (aliases || !arena.Runs(i)) continue;
            for (int k = 0; k < inputs.Length; k++) branches[k] = View(inputs[k], arena, input);
            var y = View(i, arena, input);
            switch (step)
            {
                case Step single:
                    single.Infer(pass, branches[0], y);
                    break;
                case ResidualStep residual:
                    // What is added is the first input in the plan, which lets its memory be written last.
                    residual.Infer(pass, x: branches[1], residual: branches[0], y);
                    break;
                case MergeStep merge:
                    merge.Forward(pass, branches[..inputs.Length], y);
                    break;
            }
        }

        return View(steps.Length - 1, arena, input);
    }

    internal int MostInputs => steps.Max(s => s.Inputs.Length);

    DeviceView View(int value, in Arena arena, DeviceView input) =>
        value < 0 || values[value].Offset < 0 ? input : arena.Slot(values[value].Offset, values[value].Length);

    static long Weights(object step) => step switch
    {
        Step single => single.Parameters.Sum(p => p.Length),
        ResidualStep residual => residual.Parameters.Sum(p => p.Length),
        _ => 0,
    };

    int Batch(int length) => length > 0 && length % Input.Length == 0
        ? (int)(length / Input.Length)
        : throw new ArgumentException($"{length} elements are not a whole number of examples of {Input}, which have {Input.Length} each.", nameof(length));

    Worker Rent(int batch)
    {
        lock (gate)
        {
            CheckAlive();
            if (idle.TryPop(out var worker)) return worker;
        }

        return new Worker(this, batch);
    }

    void Return(Worker worker)
    {
        lock (gate)
        {
            if (!disposed)
            {
                idle.Push(worker);
                return;
            }
        }

        worker.Dispose();
    }

    readonly struct Inference(StepNetwork network, DeviceView[] branches) : IInference
    {
        public DeviceView Infer(in Pass pass, in Arena arena, DeviceView input) => network.Infer(pass, arena, input, branches);
    }

    /// <param name="Step">A <see cref="Nin.Step"/>, a <see cref="ResidualStep"/> or a <see cref="MergeStep"/>.</param>
    /// <param name="Inputs">The values that it reads; -1 is the network's input.</param>
    /// <param name="Aliases">Whether its value is its input, so that nothing runs.</param>
    readonly record struct ComputingStep(object Step, int[] Inputs, bool Aliases);

    /// <param name="Offset">Where it starts, in elements per example; -1 where it is the network's input.</param>
    /// <param name="Length">Elements of one example.</param>
    readonly record struct PlannedValue(long Offset, long Length);

    /// <summary>A session with memory for what goes in.</summary>
    sealed class Worker(StepNetwork network, int batch) : IDisposable
    {
        readonly StepSession session = network.CreateSession(batch);
        TensorBuffer input = new(network.Device, batch, network.Input);
        float[] ordered = [];

        public void Run(ReadOnlySpan<float> x, int batch, Layout layout, Span<float> y)
        {
            if (input.Batch < batch)
            {
                var larger = new TensorBuffer(network.Device, batch, network.Input);
                input.Dispose();
                input = larger;
            }

            session.Forward(input.CopyFrom(x, batch, layout)).CopyTo(y, layout, ref ordered);
        }

        public void Dispose()
        {
            session.Dispose();
            input.Dispose();
        }
    }
}
