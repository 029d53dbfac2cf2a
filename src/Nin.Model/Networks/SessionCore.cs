using System.Numerics;

namespace Nin;

/// <summary>
/// What a session is beside its network's steps: a queue of its own, memory for the largest batch met, one call at a time, and results that die at its next one.
/// </summary>
sealed class SessionCore : IDisposable
{
    readonly string network;
    readonly ParameterSet parameters;
    readonly Shape shape;
    readonly Func<int, TrainedPart?, long> length;
    readonly CallGuard guard;
    readonly Lifetime lifetime = new("it lived until its session's next call. Copy it out before, or open another session with CreateSession.");
    DeviceBuffer? memory;

    /// <param name="network">The network's name.</param>
    /// <param name="parameters">Its parameters, which sessions share.</param>
    /// <param name="input">Shape of one example that goes in.</param>
    /// <param name="length">Elements that inference takes for a batch, or training where it is said what trains.</param>
    public SessionCore(string network, ParameterSet parameters, in Shape input, Func<int, TrainedPart?, long> length)
    {
        (this.network, this.parameters, shape, this.length) = (network, parameters, input, length);
        guard = new CallGuard(network);
        Stream = parameters.Device.CreateOwnStream();
    }

    public DeviceStream Stream { get; }

    /// <summary>Of a batch that <see cref="Begin"/> or <see cref="Reserve"/> was given.</summary>
    public DeviceView Memory => memory!.View;

    public int MaxBatch { get; private set; }

    public long PlanBytes => (memory?.Length ?? 0) * sizeof(float);

    /// <inheritdoc cref="CallGuard.Enter"/>
    public CallGuard.Call Enter() => guard.Enter();

    /// <summary>Ends the handles that were given out.</summary>
    public void EndResults() => lifetime.End();

    /// <summary>A handle into the memory that dies with the next call.</summary>
    public Tensor Result(DeviceView output, int batch, in Shape of) => new(output, batch, of, lifetime);

    /// <exception cref="ArgumentException">The batch has another shape than the network takes, or is on another device.</exception>
    public void Check(Tensor x)
    {
        if (x.Shape != shape) throw new ArgumentException($"{network} takes {shape}, not {x.Shape}.", nameof(x));
        if (x.Device != parameters.Device)
        {
            throw new ArgumentException(
                $"The batch is on one device ({x.Device.Id}), the network on another ({parameters.Device.Id}): make it on the network's, as CreateInput does.", nameof(x));
        }
    }

    /// <summary>Begins to use a batch that was checked: its memory.</summary>
    public DeviceView Begin(Tensor x, TrainedPart? part = null)
    {
        // Ended first, so that this session's own result is not an input: the step would write over it while it reads it.
        EndResults();
        var input = x.View;
        Reserve(x.Batch, part);
        Stream.Reads(input);
        Stream.Writes(Memory);
        parameters.ReadBy(Stream);
        return input;
    }

    /// <summary>Makes room for a batch of inference, or of training where it is said what trains.</summary>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory; the message says which batch would fit.</exception>
    public void Reserve(int batch, TrainedPart? part = null)
    {
        long needed = length(batch, part);
        if (memory is null || memory.Length < needed)
        {
            Stream.Synchronize();
            memory?.Dispose();
            memory = null;
            MaxBatch = 0;
            try
            {
                memory = parameters.Device.Allocate(needed);
                Stream.MemoryMoved();
            }
            catch (InsufficientMemoryException exception)
            {
                throw new InsufficientMemoryException(Explain(batch, part), exception);
            }
        }

        MaxBatch = Math.Max(MaxBatch, batch);
    }

    /// <summary>Admits no further calls, once the call that is under way is over.</summary>
    /// <inheritdoc cref="CallGuard.Close"/>
    public void Close()
    {
        guard.Close();
        EndResults();
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        memory?.Dispose();
        memory = null;
        Stream.Dispose();
    }

    string Explain(int batch, TrainedPart? part)
    {
        var device = parameters.Device;
        long available = device.AvailableBytes / sizeof(float), fits = 0;
        for (int step = 1 << BitOperations.Log2((uint)batch); step > 0; step /= 2)
        {
            if (fits + step < batch && length((int)(fits + step), part) <= available) fits += step;
        }

        return
            $"{(part is null ? "Inference" : "Training")} of {network} with a batch of {batch:N0} takes {length(batch, part) * sizeof(float):N0} bytes for its activations, " +
            $"and {device.Id} has {available * sizeof(float):N0} of {device.MemoryBytes:N0} left: " +
            (fits > 0 ? $"a batch of {fits:N0} fits by itself; take less than that, for workspace comes on top." : "not even one example fits.");
    }
}
