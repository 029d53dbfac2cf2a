using Nin.Shapes.Sizes;

namespace Nin.Training;

/// <summary>Updates the parameters of a network from their gradients.</summary>
/// <remarks>
/// Optimisers can be written outside the library: derive, take state with <see cref="AddState"/> and write <see cref="Update"/>. One thread at a
/// time steps an optimiser.
/// </remarks>
public abstract partial class Optimizer : IDisposable
{
    readonly List<(string Name, DeviceBuffer Value)> state = [];
    DeviceStream? stream;

    /// <param name="parameters">What to update.</param>
    /// <param name="learningRate">Step size, a finite number of 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is out of its range.</exception>
    protected Optimizer(ParameterSet parameters, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        LearningRate = learningRate;
    }

    /// <summary>What it updates.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Step size; a schedule changes it between steps.</summary>
    public double LearningRate
    {
        get;
        set
        {
            if (!(value >= 0) || !double.IsFinite(value))
                throw new ArgumentOutOfRangeException(nameof(value), value, "A learning rate must be a finite number of 0 or more.");
            field = value;
        }
    }

    /// <summary>Steps done; within <see cref="Update"/>, the present one counted.</summary>
    public int Steps { get; private set; }

    /// <summary>The names and arrays of its state, as long as the trained parameters; for checkpoints.</summary>
    public IReadOnlyList<(string Name, DeviceView Value)> State => [.. state.Select(s => (s.Name, s.Value.View))];

    /// <summary>
    /// The settings that decide its updates, but for the learning rate, in some words: a checkpoint keeps them beside the type's name, and a run
    /// does not resume with others. Empty unless overridden; an optimiser with settings overrides it.
    /// </summary>
    public virtual string Describe() => "";

    /// <summary>Updates the parameters. The gradients count as used: the next backward pass starts from zero.</summary>
    public void Step()
    {
        stream ??= Parameters.Device.CreateStream();
        Step(stream);
    }

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGrad() => Parameters.ZeroGrad();

    /// <summary>Goes on from a checkpoint.</summary>
    /// <param name="steps">Steps that were done.</param>
    public void Resume(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        Steps = steps;
    }

    // Called for every training step: it allocates nothing.
    internal void Step(DeviceStream on)
    {
        using var writing = Parameters.Write();
        Parameters.WriteValuesBy(on);
        Parameters.CompleteGradients(on);
        var pass = new Pass(on, batch: 0);
        if (Guard is not null && !IsFinite(pass, Guard)) return;
        Steps++;
        foreach (var (_, buffer) in state) on.Writes(buffer.View);
        Clip(pass);
        ForRanges(pass, RangeWork.Update);
        ForRanges(pass, RangeWork.Average);
        Parameters.MarkTrainedWritten();
        Parameters.ZeroGrad();
        GC.KeepAlive(on);
        GC.KeepAlive(this);
    }

    /// <summary>Where it is set, an update whose gradients are not all finite is left out; they stay, and the guard knows.</summary>
    internal GradientGuard? Guard { get; set; }

    bool IsFinite(in Pass pass, GradientGuard guard)
    {
        guard.Begin(pass.Stream);
        ForRanges(pass, RangeWork.Look);
        return guard.IsFinite(pass.Stream);
    }

    /// <summary>
    /// True where <see cref="Update"/> wants one parameter at a time (a rule that measures whole weights); else it gets all that are side by
    /// side in memory at once, which is one launch per step where nothing is frozen.
    /// </summary>
    protected virtual bool IsPerParameter => false;

    /// <summary>
    /// Queues the update of a range of parameters, all of them trained: a frozen one is in no range, so neither it nor its state changes.
    /// It allocates nothing.
    /// </summary>
    /// <param name="pass">How it computes (<see cref="Pass.Launch{T1, T2}"/>, <see cref="Pass.Span"/>); it has no batch.</param>
    /// <param name="range">Values to update and gradients to read.</param>
    protected abstract void Update(in Pass pass, in ParameterRange range);

    /// <summary>
    /// State as long as the trained parameters, zero at first, which checkpoints keep and <see cref="Dispose()"/> frees. Called by the
    /// constructor of a derived class.
    /// </summary>
    /// <param name="name">Its name in a checkpoint.</param>
    /// <returns>All of it; <see cref="ParameterRange.Of"/> takes out what belongs to a range.</returns>
    /// <exception cref="ArgumentException">There is state of that name.</exception>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    protected DeviceView AddState(string name)
    {
        if (state.Exists(s => s.Name == name)) throw new ArgumentException($"State '{name}' exists already: give it another name.", nameof(name));
        var buffer = Parameters.Device.AllocateZeros(Parameters.Values.Length);
        buffer.Owner = nameof(Optimizer);
        state.Add((name, buffer));
        return buffer.View;
    }

    /// <summary>Frees the memory of its state.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what a derived class holds beside its state.</summary>
    /// <param name="disposing">True where it is called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (var (_, buffer) in state) buffer.Dispose();
        sumOfSquares?.Dispose();
        swapped?.Dispose();
        stream?.Dispose();
    }

    enum RangeWork
    {
        Look,
        Measure,
        Clip,
        Update,
        Average,
    }

    // Parameters lie in memory in the order of the set, each in whole slots whose padding is zero and may take part. Guard, clipping and average
    // take the same ranges that are updated: a frozen parameter's gradient means nothing.
    void ForRanges(in Pass pass, RangeWork work)
    {
        if (work == RangeWork.Average && average.IsNone) return;
        long start = 0, end = 0;
        int first = 0;
        for (int i = 0; i < Parameters.Count; i++)
        {
            var parameter = Parameters[i];
            if (!parameter.IsTrained) continue;
            long offset = parameter.Value.Offset;
            if (offset != end || (work == RangeWork.Update && (IsPerParameter || !AreAlike(first, i))))
            {
                ForRange(pass, start, end, first, work);
                (start, first) = (offset, i);
            }

            // Also where the very first begins at 0.
            if (start == offset) first = i;
            end = offset + SlotSize.RoundUp(parameter.Length);
        }

        ForRange(pass, start, end, first, work);
    }

    void ForRange(in Pass pass, long start, long end, int first, RangeWork work)
    {
        if (start == end) return;
        var gradients = Parameters.Gradients.Slice(start, end - start);
        switch (work)
        {
            case RangeWork.Look:
                Guard!.Look(pass.Stream, gradients);
                break;
            case RangeWork.Measure:
                Measure(pass, gradients);
                break;
            case RangeWork.Clip:
                Clip(pass, gradients);
                break;
            case RangeWork.Average:
                AddToAverage(pass, start, end - start);
                break;
            default:
                var (rate, decay) = FactorsOf(first);
                Update(pass, new ParameterRange(Parameters.Values.Slice(start, end - start), gradients) { RateFactor = rate, DecayFactor = decay });
                break;
        }
    }
}

/// <summary>Trained parameters that are contiguous in memory.</summary>
/// <param name="Values">Read and written.</param>
/// <param name="Gradients">As long as <paramref name="Values"/>; kept.</param>
public readonly record struct ParameterRange(DeviceView Values, DeviceView Gradients)
{
    /// <summary>What the learning rate is multiplied by: <see cref="Optimizer.SetFactors(Func{Parameter, bool}, double, double?)"/>.</summary>
    public double RateFactor { get; init; } = 1;

    /// <summary>What weight decay is multiplied by.</summary>
    public double DecayFactor { get; init; } = 1;

    /// <summary>The part of an optimiser's state that belongs to these parameters; none of none.</summary>
    /// <param name="state">State of <see cref="Optimizer.AddState"/>.</param>
    public DeviceView Of(DeviceView state) => state.IsNone ? default : state.Slice(Values.Offset, Values.Length);
}
