using Nin.Ops;

namespace Nin.Training;

/// <summary>Updates the parameters of a network from their gradients, all in one pass over memory.</summary>
public abstract class Optimizer : IDisposable
{
    DeviceStream? stream;

    private protected Optimizer(ParameterSet parameters, double learningRate)
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
                throw new ArgumentOutOfRangeException(nameof(value), value, "A learning rate is a finite number of 0 or more.");
            field = value;
        }
    }

    /// <summary>Steps done.</summary>
    public int Steps { get; private set; }

    /// <summary>The names and arrays of its state, as long as the trained parameters; for checkpoints.</summary>
    public IReadOnlyList<(string Name, DeviceView Value)> State => StateCore;

    private protected virtual IReadOnlyList<(string Name, DeviceView Value)> StateCore => [];

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

    internal void Step(DeviceStream on)
    {
        Parameters.WriteValuesBy(on);
        Parameters.CompleteGradients(on);
        Steps++;
        Update(on);
        Parameters.MarkWritten();
        Parameters.ZeroGrad();
    }

    private protected abstract void Update(DeviceStream on);

    private protected DeviceBuffer Zeros()
    {
        var buffer = Parameters.Device.Allocate(Parameters.Values.Length);
        using var once = Parameters.Device.CreateStream();
        Parameters.Device.Kernels.Get<IFill>().Run(once, 0, buffer.View);
        once.Synchronize();
        return buffer;
    }

    /// <summary>Gives back the memory of its state.</summary>
    public void Dispose()
    {
        Free();
        stream?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected virtual void Free()
    {
    }
}
