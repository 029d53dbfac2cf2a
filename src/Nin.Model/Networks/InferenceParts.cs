using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// How device <c>cpu</c> infers a batch of large images: the first steps, whose activations are larger than their weights, run a few examples at a time, so that
/// what one step writes is still in the cache when the next one reads it; the others run the whole batch, so that their weights are read once.
/// </summary>
/// <remarks>An example has the same result in any batch, so the parts have the bits of the whole. Their memory is that of one part.</remarks>
sealed class InferenceParts
{
    // What a step of one part reads and writes, in elements: some of a level-3 cache.
    const long PartLength = 2 << 20;

    // This many parts are in a cache as a whole.
    const int WholeParts = 2;

    // A step that reads and writes less than this share of what the largest does gains nothing, and few pixels make small products.
    const int Shares = 8;

    readonly long inputLength;
    readonly int end;
    readonly int examples;
    readonly long partPerExample;
    readonly long restPerExample;
    readonly long cutOffset;
    readonly long cutLength;
    readonly long cutPerExample;

    InferenceParts(long inputLength, IReadOnlyList<PlannedStep> steps, int end, long largest, PlannedStep cut)
    {
        (this.inputLength, this.end) = (inputLength, end);
        examples = (int)Math.Clamp(PartLength / largest, 1, int.MaxValue);
        (cutOffset, cutLength) = (cut.Inference, cut.Length);
        // What takes the place of the cut, before it or later, is where the cut is.
        var others = steps.Select((step, i) => (Step: step, Index: i)).Where(s => (s.Step.Inference, s.Step.Length) != (cut.Inference, cut.Length)).ToLookup(s => s.Index < end, s => s.Step);
        (partPerExample, restPerExample) = (Reach(others[true]), Reach(others[false]));
        cutPerExample = SlotSize.RoundUp(cutLength);
    }

    /// <summary>The parts of a network; null where the whole batch is one.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="input">Elements of an example that goes in.</param>
    /// <param name="steps">Its steps.</param>
    /// <param name="weights">Elements of the parameters of each.</param>
    public static InferenceParts? Of(Device device, long input, IReadOnlyList<PlannedStep> steps, IReadOnlyList<long> weights)
    {
        if (device is not CpuDevice) return null;
        long[] traffic = [.. steps.Select(s => s.Length + s.Inputs.Sum(i => i < 0 ? input : steps[i].Length))];
        int end = Enumerable.Range(0, steps.Count).TakeWhile(i => weights[i] <= traffic[i]).Count();
        if (end == 0) return null;
        long largest = traffic.Take(end).Max();
        while (end > 0 && (traffic[end - 1] < largest / Shares || Crossing(steps, end) is null)) end--;
        return end == 0 ? null : new InferenceParts(input, steps, end, largest, Crossing(steps, end)!);
    }

    /// <summary>Elements of a session's memory for a batch; null where it runs as a whole.</summary>
    public long? Length(int batch) => batch > WholeParts * examples ? partPerExample * examples + (cutPerExample + restPerExample) * batch : null;

    /// <summary>Runs a batch, in parts where it has a <see cref="Length"/> and as a whole elsewhere, and returns where the output is.</summary>
    /// <param name="parts">The network's parts, or null.</param>
    /// <param name="network">Runs the steps of an arena.</param>
    /// <param name="stream">Where they are queued.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="memory">The session's memory.</param>
    /// <param name="input">The batch's memory.</param>
    public static DeviceView Infer<TNetwork>(InferenceParts? parts, TNetwork network, DeviceStream stream, int batch, DeviceView memory, DeviceView input)
        where TNetwork : struct, IInference =>
        parts?.Length(batch) is null
            ? network.Infer(new Pass(stream, batch), Arena.OfInference(memory, batch), input)
            : parts.Run(network, stream, batch, memory, input);

    DeviceView Run<TNetwork>(TNetwork network, DeviceStream stream, int batch, DeviceView memory, DeviceView input)
        where TNetwork : struct, IInference
    {
        var cut = memory.Slice(0, cutLength * batch);
        long used = cutPerExample * batch;
        var rest = Arena.OfRest(memory.Slice(used, restPerExample * batch), batch, end, restPerExample, new(cutOffset, cutLength, cut));
        used += restPerExample * batch;
        int parts = (batch + examples - 1) / examples;
        for (int i = 0; i < parts; i++)
        {
            int first = (int)((long)batch * i / parts), count = (int)((long)batch * (i + 1) / parts) - first;
            var result = new RedirectedSlot(cutOffset, cutLength, cut.Slice(first * cutLength, count * cutLength));
            var part = Arena.OfPart(memory.Slice(used, partPerExample * count), count, end, partPerExample, result);
            network.Infer(new Pass(stream, count), part, input.Slice(first * inputLength, count * inputLength));
        }

        return network.Infer(new Pass(stream, batch), rest, input);
    }

    // The one value of the first steps that is read later, or null where several are, or none.
    static PlannedStep? Crossing(IReadOnlyList<PlannedStep> steps, int end)
    {
        if (end == steps.Count) return steps[^1].Inference < 0 ? null : steps[^1];
        var read = steps.Skip(end).SelectMany(s => s.Inputs).Where(i => i >= 0 && i < end && steps[i].Inference >= 0).Select(i => steps[i]).ToList();
        return read.Count > 0 && read.TrueForAll(s => s.Inference == read[0].Inference && s.Length == read[0].Length) ? read[0] : null;
    }

    static long Reach(IEnumerable<PlannedStep> steps) => steps.Select(s => s.Inference < 0 ? 0 : s.Inference + SlotSize.RoundUp(s.Length)).Append(0).Max();
}

/// <summary>What runs the steps of a network that an arena says.</summary>
interface IInference
{
    /// <summary>Runs them and returns where the output is.</summary>
    DeviceView Infer(in Pass pass, in Arena arena, DeviceView input);
}

/// <summary>A slot of the plan that is elsewhere.</summary>
/// <param name="Offset">Where the plan has it, in elements per example.</param>
/// <param name="Length">Elements per example.</param>
/// <param name="View">Where it is.</param>
readonly record struct RedirectedSlot(long Offset, long Length, DeviceView View);
