using Nin.Data;

namespace Nin.Training;

/// <summary>A session that trains on one rank's part of a batch.</summary>
interface IRankSession
{
    /// <summary>As <see cref="ISession.TrainStep(Tensor, ReadOnlySpan{int}, Optimizer, Loss?)"/>: the loss and the update are those of the whole batch.</summary>
    float TrainStep(Tensor x, ReadOnlySpan<int> labels, Optimizer optimizer, Loss? loss, GradientExchange exchange);
}

/// <summary>
/// Sums the gradients of the ranks' parts of a batch, in buckets: while earlier layers still go backward, those of later ones are on their way.
/// </summary>
/// <remarks>
/// Gradients lie in memory in the order of the layers, and the way back completes them from the end on: a bucket is the next piece from there that is
/// complete. A parameter that several layers share is complete when all have gone backward; how many they are, the first step learns, which sums everything
/// at its end. An accelerator has a queue for each bucket, which waits for its gradients while those of earlier layers are computed.
/// </remarks>
sealed unsafe class GradientExchange : RankPass, IDisposable
{
    // Below some 100 kB the latency of a message counts, above some MB the sum begins late.
    const long BucketLength = 1 << 18;

    readonly ParameterSet parameters;
    readonly Dictionary<Parameter, int> indices = [];
    readonly int[] written, expected;
    // Buckets on an accelerator; null on device cpu.
    readonly Dictionary<(long Start, long Length), DeviceSum>? onDevice;
    bool knowsWriters, isEmpty;
    int examples, partLength, next;
    long freezing;
    long start, end;

    public GradientExchange(RankGroup group, ParameterSet parameters, bool synchronizesStatistics)
        : base(group)
    {
        this.parameters = parameters;
        SynchronizesStatistics = synchronizesStatistics;
        if (parameters.Device is AcceleratorDevice) onDevice = [];
        for (int i = 0; i < parameters.Count; i++) indices[parameters[i]] = i;
        (written, expected) = (new int[parameters.Count], new int[parameters.Count]);
    }

    /// <inheritdoc/>
    public override bool SynchronizesStatistics { get; }

    /// <inheritdoc/>
    public override int Examples => examples;

    /// <inheritdoc/>
    public override int PartLength => partLength;

    /// <inheritdoc/>
    public override bool IsEmpty => isEmpty;

    /// <summary>Where this rank's part begins in the batch.</summary>
    public int FirstExample { get; private set; }

    /// <summary>The sum of the weights of the whole batch's examples.</summary>
    public double Weight { get; private set; }

    /// <summary>The step that comes next.</summary>
    /// <param name="batch">This rank's part.</param>
    /// <param name="largestPart">Examples of a full part.</param>
    /// <param name="weight">Of the whole batch.</param>
    public void Begin(ImageBatch batch, int largestPart, double weight)
    {
        (examples, partLength, isEmpty, FirstExample, Weight) = (batch.WholeLabels.Length, largestPart, batch.IsEmpty, batch.First, weight);
        Array.Clear(written);
        // What is frozen decides which steps go backward.
        if (parameters.FreezingVersion != freezing) (knowsWriters, freezing) = (false, parameters.FreezingVersion);
        next = parameters.Count - 1;
        start = end = parameters.Gradients.Length;
    }

    /// <summary>
    /// Batches, each watched as work of a kind, from the loader until the caller begins other work: what one rank alone does
    /// then, such as writing files, takes another time.
    /// </summary>
    public static IEnumerable<ImageBatch> Watched(GradientExchange? exchange, string kind, IEnumerable<ImageBatch> batches) =>
        exchange is null ? batches : exchange.Watched(kind, batches);

    IEnumerable<ImageBatch> Watched(string kind, IEnumerable<ImageBatch> batches)
    {
        Group.BeginWork(kind, repeats: true);
        foreach (var batch in batches)
        {
            yield return batch;
            Group.BeginWork(kind, repeats: true);
        }
    }

    /// <summary>Whether any rank says so.</summary>
    public bool Any(bool own) => Gather<byte>([own ? (byte)1 : (byte)0]).Contains((byte)1);

    /// <summary>Gives all ranks the running statistics of rank 0. Where they took statistics together, they have them already.</summary>
    public void ShareBuffers()
    {
        foreach (var parameter in parameters)
        {
            if (parameter.Spec.IsTrainable) continue;
            float[] own = parameter.Value.ToArray();
            parameter.Value.CopyFrom(Gather<float>(own)[..own.Length]);
            parameter.MarkWritten();
        }
    }

    /// <inheritdoc/>
    public override void WentBackward(IReadOnlyList<Parameter> parameters, DeviceStream stream)
    {
        Group.Progressed();
        // Called in every step: an enumerator would be allocated.
        for (int i = 0; i < parameters.Count; i++) written[indices[parameters[i]]]++;
        if (knowsWriters) SendComplete(stream);
    }

    /// <summary>Waits until the gradients are those of the whole batch.</summary>
    public void Finish(DeviceStream stream)
    {
        if (!knowsWriters)
        {
            written.CopyTo(expected, 0);
            knowsWriters = true;
        }

        SendComplete(stream);
        Send(stream);
        // What the device still computes is this rank's work: only what comes after it is waiting for others.
        if (onDevice is not null) stream.Synchronize();
        Group.FinishSums();
    }

    /// <summary>Frees what it has on an accelerator.</summary>
    public void Dispose()
    {
        if (onDevice is null) return;
        foreach (var sum in onDevice.Values) sum.Dispose();
        onDevice.Clear();
    }

    // From the last parameter to the first, as far as they are complete; what no step writes is not a gradient.
    void SendComplete(DeviceStream stream)
    {
        for (; next >= 0; next--)
        {
            var parameter = parameters[next];
            if (!parameter.Spec.IsTrainable) continue;
            if (written[next] < expected[next]) return;
            if (expected[next] == 0 || !parameter.RequiresGradient)
            {
                Send(stream);
                continue;
            }

            long offset = parameter.Value.Offset;
            if (start == end) end = offset + Shapes.Sizes.SlotSize.RoundUp(parameter.Length);
            start = offset;
            if (end - start >= BucketLength) Send(stream);
        }
    }

    void Send(DeviceStream stream)
    {
        if (start == end) return;
        var bucket = parameters.Gradients.Slice(start, end - start);
        if (onDevice is null)
        {
            // What counts nothing is -0, which changes no bit of a sum.
            if (IsEmpty) new Span<float>(bucket.Pointer, checked((int)bucket.Length)).Fill(-0f);
            Group.BeginSum(bucket.Pointer, bucket.Length);
        }
        else
        {
            if (!onDevice.TryGetValue((start, bucket.Length), out var sum))
                onDevice.Add((start, bucket.Length), sum = new DeviceSum((AcceleratorDevice)parameters.Device, bucket));
            sum.Follow(stream, IsEmpty);
            Group.BeginSum(sum);
        }

        end = start;
    }
}
